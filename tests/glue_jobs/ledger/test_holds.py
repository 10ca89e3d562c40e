"""Holds are read as written; damaged ones are named."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from glue_jobs.ledger.holds import Hold
from lake.errors import CaudalError

TWO_IN_TOKYO = datetime(2026, 1, 2, 2, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))


def test_hold_is_named_by_time_in_utc_and_table() -> None:
    hold = Hold.of("readings", ("s-1", "s-2"), "too bad", execution="x1", at=TWO_IN_TOKYO)
    assert hold == Hold(
        hold_id="h-20260101T170000000005-readings", table="readings", batches=("s-1", "s-2"),
        reason="too bad", execution="x1", held_at="2026-01-01T17:00:00.000005+00:00",
    )  # fmt: skip


def test_hold_is_read_as_written() -> None:
    hold = Hold.of("readings", ("s-1",), "too bad", execution="x1", at=TWO_IN_TOKYO)
    assert Hold.from_json(hold.to_json(), "ledger", "h.json") == hold


@pytest.mark.parametrize("body", [b"", b"[]", b'{"hold_id": "h-1"}', b'{"batches": []}'])
def test_error_of_a_damaged_hold_names_its_key(body: bytes) -> None:
    with pytest.raises(CaudalError, match=r"^s3://ledger/h\.json: the object is not a hold \("):
        Hold.from_json(body, "ledger", "h.json")
