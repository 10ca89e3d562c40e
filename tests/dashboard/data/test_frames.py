"""Rows as Athena writes them, held by column with exact values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dashboard.data.frames import Frame

FRAME = Frame.of_text(
    ["day", "amount", "name", "is_odd", "at"],
    ["date", "decimal", "varchar", "boolean", "timestamp with time zone"],
    [
        ["2025-10-02", "1.10", "b", "true", "2025-10-02 23:59:59.999 UTC"],
        ["2025-09-30", "2.20", "a", "false", "2025-09-30 00:00:00.000 UTC"],
        ["2025-10-02", "", "", "", ""],
    ],
    date="day",
)


def test_texts_become_exact_values_and_nothing_is_null() -> None:
    assert FRAME.columns["amount"] == [Decimal("1.10"), Decimal("2.20"), None]
    assert FRAME.columns["name"] == ["b", "a", None]
    assert FRAME.columns["is_odd"] == [True, False, None]
    assert FRAME.columns["at"] == [dt.date(2025, 10, 2), dt.date(2025, 9, 30), None]


def test_points_of_time_keep_their_time_beside_their_day() -> None:
    assert FRAME.columns["at (time)"] == [
        dt.datetime(2025, 10, 2, 23, 59, 59), dt.datetime(2025, 9, 30), None,
    ]  # fmt: skip


def test_rows_are_found_by_day_month_and_value() -> None:
    assert FRAME.months == [dt.date(2025, 9, 1), dt.date(2025, 10, 1)]
    assert FRAME.between((dt.date(2025, 10, 1), dt.date(2025, 10, 31))) == [0, 2]
    assert FRAME.newest(dt.date(2025, 10, 1)) == dt.date(2025, 9, 30)
    assert FRAME.newest(dt.date(2025, 1, 1)) is None
    assert FRAME.only([0, 1, 2], "is_odd", "true") == [0]
    assert FRAME.only([0, 1, 2], "name", "a", "b") == [0, 1]
    assert FRAME.groups([0, 1, 2], ["day"]) == {(dt.date(2025, 10, 2),): [0, 2], (dt.date(2025, 9, 30),): [1]}
    assert FRAME.values("name") == ["a", "b"]


def test_a_frame_without_dates_has_all_rows_in_every_range() -> None:
    frame = Frame({"name": ["a", "b"]})
    assert list(frame.between((dt.date.min, dt.date.max))) == [0, 1]
    assert frame.months == []


def test_a_row_without_a_value_has_no_text_that_could_be_chosen() -> None:
    frame = Frame({"country": ["None", None, "DE"]})
    assert frame.only([0, 1, 2], "country", "None") == [0]
