"""Each sheet says until when its datasets reach in the chosen month."""

from __future__ import annotations

import datetime as dt

import pytest

from lake.model.discovery import load_domain
from tests.dashboard.questions.three_ways import Computed
from tests.infra.dashboards.declared import compiled


@pytest.fixture(scope="module")
def computed() -> Computed:
    return Computed()


def test_each_dated_dataset_of_a_sheet_has_its_newest_date_once() -> None:
    made = compiled(load_domain("ecommerce"), "executive")
    [sheet] = made["Sheets"]
    dates = [
        visual["KPIVisual"]
        for visual in sheet["Visuals"]
        if visual.get("KPIVisual", {}).get("VisualId", "").startswith("sheet-1-until")
    ]
    assert [each["Subtitle"]["FormatText"]["PlainText"].split(";")[0] for each in dates] == [
        "fact_orders_enriched", "sales_by_week", "revenue_by_category_month", "top_products_month",
    ]  # fmt: skip
    assert {each["Title"]["FormatText"]["PlainText"] for each in dates} == {"Newest date shown"}


@pytest.mark.parametrize(
    ("back", "newest"),
    [
        (0, [dt.date(2025, 10, 20), dt.date(2025, 10, 20), dt.date(2025, 10, 1), dt.date(2025, 10, 1)]),
        (1, [dt.date(2025, 9, 28), dt.date(2025, 9, 29), dt.date(2025, 9, 1), dt.date(2025, 9, 1)]),
        (2, [None, None, None, None]),
    ],
)
def test_the_date_is_that_of_the_chosen_month(
    computed: Computed, back: int, newest: list[dt.date | None]
) -> None:
    for number, expected in enumerate(newest, 1):
        [line] = computed.quicksight("ecommerce", "executive", f"sheet-1-until-{number}", back)
        assert line == (expected,)


def test_other_filters_leave_the_date() -> None:
    computed = Computed()
    [line] = computed.quicksight("ecommerce", "executive", "sheet-1-until-1", 0, country="FR")
    assert line == (dt.date(2025, 10, 20),)
