"""Serving declarations: look-ups, document ids, slots, periods and stored values."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from lake.errors import UnknownNameError
from lake.model.serving import (
    Collection,
    Embedded,
    Shape,
    covers,
    document_id,
    period_number,
    plain,
    slot_of,
    typed,
)

DAYS = Embedded(name="days", rows=("day", "service"), values=("cost",))
ORG = Shape(name="org", by=("org",), embeds=(DAYS,))
COLLECTION = Collection(mart="daily", description="Daily cost.", shapes=(ORG,), serves=())


def test_shapes_and_embedded_tables_are_found_by_name() -> None:
    assert COLLECTION.shape("org") is ORG
    assert ORG.embedded("days") is DAYS
    assert DAYS.columns == ("day", "service", "cost")
    with pytest.raises(UnknownNameError, match=r"there is no shape 'row'\. Known: org\."):
        COLLECTION.shape("row")
    with pytest.raises(UnknownNameError, match=r"there is no embedded table 'weeks'\. Known: days\."):
        ORG.embedded("weeks")


def test_shape_covers_a_grain_that_its_columns_identify() -> None:
    assert covers(ORG, DAYS.rows, ("org", "day", "service"))
    assert not covers(ORG, ("day",), ("org", "day", "service"))


def test_only_filtered_and_sorted_properties_are_indexed() -> None:
    assert COLLECTION.indexed == ("org", "period", "shape", "slot")
    assert replace(COLLECTION, speed=True).indexed == ("org", "period", "shape", "slot", "until")


def test_document_ids_are_readable_and_unique() -> None:
    assert document_id("org", ["org_1"], 202508) == "org|org_1|202508"
    assert document_id("org", ["a|b", "c"], 0) != document_id("org", ["a", "b|c"], 0)
    assert document_id("org", ["a"], 202508, "speed") == "org|a|202508|speed"
    assert document_id("row", [dt.date(2025, 8, 1), 7], 2025) == "row|2025-08-01|7|2025"


def test_slots_are_evenly_filled() -> None:
    slots = {slot_of(f"org|{number}|202508") for number in range(1_000)}
    assert len(slots) > 980
    assert all(0 <= slot < 65_536 for slot in slots)


def test_period_is_a_sortable_number() -> None:
    assert [period_number(), period_number(2025), period_number(2025, 8)] == [0, 2025, 202508]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("decimal(18,6)", Decimal("-0.000001")),
        ("decimal(28,6)", Decimal("1E+3")),
        ("date", dt.date(2025, 8, 1)),
        ("timestamp", dt.datetime(2025, 8, 1, 12, 30, 0, 5)),
        ("bigint", 2**53 + 1),
        ("string", "ñ"),
        ("boolean", True),
        ("date", None),
    ],
)
def test_stored_values_are_read_back_unchanged(kind: str, value: object) -> None:
    assert typed(kind, plain(value)) == value
