"""Filters in the address: what is read, what can be chosen, and what is refused in words."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboard.data.frames import Frame
from dashboard.selection import LONGEST, Chosen, chosen, controls, unknown
from lake.model.dashboards.visuals import MONTH, Dashboard, Filter

PAGE = Dashboard(
    key="page",
    title="Page",
    headline="",
    first_headline="",
    sheets=(),
    filters=(MONTH, Filter(key="country", label="Country", column="land")),
)
FRAME = Frame({"land": ["DE", "FR"], "day": [dt.date(2025, 9, 1), dt.date(2025, 10, 2)]}, "day")


def test_filters_are_read_from_the_address_and_written_to_it() -> None:
    found = chosen(PAGE, {"month": "2025-09", "country": "DE", "unknown": "x"})
    assert found == Chosen(dt.date(2025, 9, 1), {"country": "DE"})
    assert found.address() == "month=2025-09&country=DE"


@pytest.mark.parametrize("text", ["2025-13", "0000-01", "<b>", "x" * 100_000, "٢٠٢٥-٠١"])
def test_what_is_no_month_is_said_and_the_newest_shown(text: str) -> None:
    found = chosen(PAGE, {"month": text})
    assert found.month is None
    assert "is no month: the newest month is shown." in found.problem
    assert len(found.problem) < LONGEST + 100


def test_a_huge_value_is_cut() -> None:
    assert chosen(PAGE, {"country": "x" * 1_000_000}).values == {"country": "x" * LONGEST}


def test_values_can_be_chosen_that_the_data_hold() -> None:
    month, country = controls(PAGE, [FRAME], Chosen(values={"country": "FR"}))
    assert [each.value for each in month.choices] == ["", "2025-10", "2025-09"]
    assert [(each.value, each.is_chosen) for each in country.choices] == [
        ("", False),
        ("DE", False),
        ("FR", True),
    ]


def test_a_value_that_no_dataset_holds_is_said() -> None:
    assert unknown(PAGE, [FRAME], Chosen(values={"country": "XX"})) == [
        "There is no country “XX” in the data: choose another, or “All”."
    ]
    assert unknown(PAGE, [FRAME], Chosen(values={"country": "DE"})) == []
