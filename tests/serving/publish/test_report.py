"""Reports: status, counts, and the list of failed documents."""

from __future__ import annotations

import json

from serving.publish.report import MAX_LISTED_FAILURES, Report


def report() -> Report:
    return Report(collection="shop_daily", period=202508)


def test_status_follows_from_failures_and_continuation() -> None:
    found = report()
    assert found.status == "PUBLISHED"
    found.fail("a", "too large")
    assert found.status == "PARTIAL"
    found.continuation = {"bucket": 1}
    assert found.status == "CONTINUE"


def test_counts_add_up() -> None:
    found = report()
    found.add(inserted=2, requests=1)
    found.add(inserted=1, deleted=4)
    assert found.counts() == {
        "inserted": 3, "replaced": 0, "unchanged": 0, "deleted": 4, "failed": 0, "requests": 1,
    }  # fmt: skip


def test_all_failures_are_counted_and_the_first_are_listed() -> None:
    found = report()
    for number in range(MAX_LISTED_FAILURES + 10):
        found.fail(str(number), "too large")
    assert found.failed == MAX_LISTED_FAILURES + 10
    assert [failure["_id"] for failure in found.failures] == [str(n) for n in range(MAX_LISTED_FAILURES)]


def test_failures_of_an_unfinished_bucket_are_dropped() -> None:
    found = report()
    found.fail("a", "too large")
    found.fail("b", "too large")
    found.drop_failures(1, 1)
    assert (found.failed, found.failures) == (1, [{"_id": "a", "reason": "too large"}])


def test_report_is_json() -> None:
    found = report()
    found.fail("a", "too large")
    assert json.loads(json.dumps(found.as_dict())) == {
        "status": "PARTIAL", "collection": "shop_daily", "period": 202508, "rows": 0, "inserted": 0,
        "replaced": 0, "unchanged": 0, "deleted": 0, "failed": 1, "requests": 0,
        "failures": [{"_id": "a", "reason": "too large"}], "continuation": None,
    }  # fmt: skip
