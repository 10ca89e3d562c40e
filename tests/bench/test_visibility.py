"""The events whose way to a reader is measured are copies of a good one of the backlog."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest

from bench.visibility import copies, ended_by_stop_file, stream_of, template
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import stop_key
from tests.glue_jobs.streaming.lines import ABSENT, event

EVENTS = load_domain("cloud_provider").table("usage_events")
GOOD = event(7)


def test_template_is_the_first_record_with_all_its_values() -> None:
    bad = ["{", "[]", event(1, unit=None), event(2, org_id=ABSENT), event(3, cost_usd_increment=-1)]
    assert template([*bad, GOOD, event(8)], EVENTS) == json.loads(GOOD)


def test_backlog_without_a_good_record_is_refused() -> None:
    with pytest.raises(CaudalError, match="no record has all required values"):
        template(["{", event(1, service=None)], EVENTS)


def test_copies_have_keys_of_their_own_and_the_given_time() -> None:
    at = dt.datetime(2026, 3, 1, 12, 30, 5, tzinfo=dt.UTC)
    first, second = map(json.loads, copies(json.loads(GOOD), EVENTS, 2, at, "fresh-1").splitlines())
    expected = {**json.loads(GOOD), "event_id": "fresh-1-123005-0", "timestamp": "2026-03-01T12:30:05Z"}
    assert first == expected
    assert second == {**expected, "event_id": "fresh-1-123005-1"}


def test_table_that_is_no_stream_is_refused() -> None:
    with pytest.raises(CaudalError, match="table orders: the table is not a stream"):
        stream_of(load_domain("ecommerce").table("orders"))


class FakeCloud:
    """A cloud that records what ends the stream, and does not become idle if `failure` says why."""

    def __init__(self, failure: str = "") -> None:
        self.done: list[str] = []
        self._failure = failure

    def client(self, _service: str) -> Any:
        return SimpleNamespace(put_object=lambda Bucket, Key, Body: self.done.append(Key))

    def wait_idle(self, _timeout: float) -> None:
        self.done.append("waited")
        if self._failure:
            raise CaudalError(self._failure, where="wait_idle")


PROVIDER = load_domain("cloud_provider")
ENDED = [stop_key(PROVIDER.name, EVENTS.name), "waited"]


@pytest.mark.parametrize("later", ["", "still running"])
def test_first_error_of_a_measurement_is_raised_after_the_run_is_ended(later: str) -> None:
    cloud: Any = FakeCloud(later)
    with (
        pytest.raises(CaudalError, match="not shown") as raised,
        ended_by_stop_file(cloud, PROVIDER, EVENTS),
    ):
        raise CaudalError("not shown", where="here")
    assert cloud.done == ENDED
    notes = ["The run of the stream could not be ended: wait_idle: still running"] if later else []
    assert getattr(raised.value, "__notes__", []) == notes


def test_end_of_a_run_that_fails_is_raised() -> None:
    cloud: Any = FakeCloud("still running")
    with pytest.raises(CaudalError, match="still running"), ended_by_stop_file(cloud, PROVIDER, EVENTS):
        pass
    assert cloud.done == ENDED
