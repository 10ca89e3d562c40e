"""Documents built from rows: their content, and hashes that depend on the content alone."""

from __future__ import annotations

from pathlib import Path

from lake.model.serving import slot_of
from serving.publish.buckets import Buckets
from serving.publish.documents import content_hash, documents
from tests.serving.publish.conftest import MART, PERIOD, ROWS, Row, Shop, month, row, source


def test_rows_become_documents(shop: Shop) -> None:
    report = shop.publish([row("a", 2, cost="0.000001"), row("a", 1, cost=None), row("b", 1, cost="-2")])
    assert (report.status, report.inserted, report.rows) == ("PUBLISHED", 3, 3)
    identifier = "org|a|202508"
    document = shop.stored()[identifier]
    assert document.pop("hash")
    assert document == {
        "_id": identifier,
        "shape": "org",
        "org": "a",
        "period": PERIOD,
        "part": "batch",
        "slot": slot_of(identifier),
        "days": {
            "columns": ["day", "service", "cost", "events"],
            "rows": [["2025-08-01", "compute", None, 1], ["2025-08-02", "compute", "0.000001", 1]],
        },
    }
    assert shop.stored()["overall|202508"]["days"]["rows"][0] == ["2025-08-01", "compute", "-2.000000", 2]


def test_order_and_batches_of_rows_do_not_change_documents(shop: Shop) -> None:
    rows = month(orgs=3, days=5)
    shop.publish(source(rows, batch=7))
    assert shop.publish(source(sorted(rows, key=str), batch=1_000)).unchanged == 4
    assert shop.publish(rows, bucket_rows=10).unchanged == 4


def built(rows: list[Row], scratch: Path) -> dict[str, Row]:
    buckets = Buckets(ROWS, MART, PERIOD, count=1, scratch=scratch)
    buckets.fill(source(rows).batches)
    return documents(buckets, 0)


def test_shape_with_fields_makes_one_document_per_row(tmp_path: Path) -> None:
    (document,) = built([row("a", 1, cost=None)], tmp_path).values()
    assert document["_id"] == "row|a|2025-08-01|compute|202508"
    assert (document["cost"], document["note"], document["day"]) == (None, "n", "2025-08-01")


def test_hash_covers_every_field_but_itself(tmp_path: Path) -> None:
    (document,) = built([row("a", 1)], tmp_path).values()
    assert document["hash"] == content_hash(document) == content_hash(document | {"hash": "other"})
    assert content_hash(document | {"note": "changed"}) != document["hash"]
