"""Filters: periods, fixed conditions, and what a reader chooses on one sheet or on several."""

from __future__ import annotations

from typing import Any

import pytest

from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Format, gold, last_days, last_months, rows, total
from lake.model.dashboards.visuals import Filter, Kpi, Table
from lake.model.discovery import load_domain
from tests.infra.dashboards.declared import compiled, with_visuals

ORDERS = gold("fact_orders_enriched", date="order_date")
WEEKS = gold("sales_by_week", date="week_start")
REVENUE = Kpi(
    key="revenue", title="R?", unit="u", dataset=ORDERS, value=total("total_usd", "Revenue", Format.DOLLARS)
)


def table(key: str, **more: Any) -> Table:
    """Return a table of orders by device."""
    from lake.model.dashboards.fields import Dimension

    fields = {
        "dataset": ORDERS,
        "by": (Dimension(column="device", label="Device"),),
        "values": (rows("Orders"),),
    }
    return Table(key=key, title="T?", unit="u", sort="Orders", **{**fields, **more})


def filters(made: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any], list[str]]]:
    """Return kind, filter and visuals of each filter by its id."""
    found = {}
    for group in made["FilterGroups"]:
        for each in group["Filters"]:
            kind, filter = next(iter(each.items()))
            scopes = group["ScopeConfiguration"]["SelectedSheets"]["SheetVisualScopingConfigurations"]
            found[filter["FilterId"]] = (kind, filter, [id for scope in scopes for id in scope["VisualIds"]])
    return found


def test_periods_are_bounds_on_months_and_days_that_visuals_share() -> None:
    made = compiled(
        with_visuals(
            REVENUE,
            table("year", period=last_months(12)),
            table("also", period=last_months(12)),
            table("days", period=last_days(30)),
            filters=(),
        )
    )
    bounds = {
        tuple(visuals): (each["Column"]["ColumnName"], each["RangeMinimum"], each["RangeMaximum"])
        for _, each, visuals in filters(made).values()
    }
    assert bounds == {
        ("revenue",): ("month_shown", {"StaticValue": 0}, {"StaticValue": 1}),
        ("year", "also"): ("month_shown", {"StaticValue": 0}, {"StaticValue": 11}),
        ("days",): ("days_shown", {"StaticValue": 0}, {"StaticValue": 29}),
        ("sheet-1-until-1",): ("month_shown", {"StaticValue": 0}, {"StaticValue": 0}),
    }


def test_choice_applies_to_the_visuals_whose_dataset_has_its_column() -> None:
    weekly = Kpi(
        key="weekly",
        title="W?",
        unit="u",
        dataset=WEEKS,
        value=total("revenue_usd", "Weekly", Format.DOLLARS),
    )
    country = Filter(key="country", label="Country", column="country")
    device = Filter(key="device", label="Device", column="device")
    made = compiled(with_visuals(REVENUE, weekly, filters=(country, device)))
    assert filters(made)["choice-country"][2] == ["revenue"]
    assert filters(made)["choice-device"][2] == ["revenue", "weekly"]
    columns = {id: each["Column"]["ColumnName"] for id, (_, each, _) in filters(made).items() if "-" in id}
    assert columns["choice-country"] == "country_choice"
    assert columns["choice-device"] == "device_choice"
    crossing = {group["FilterGroupId"]: group["CrossDataset"] for group in made["FilterGroups"]}
    assert crossing["choice-country-group"] == "SINGLE_DATASET"
    assert crossing["choice-device-group"] == "ALL_DATASETS"
    subtitles = [
        next(iter(each.values()))["Subtitle"]["FormatText"]["PlainText"]
        for each in made["Sheets"][0]["Visuals"][:2]
    ]
    assert subtitles == [
        "u · the chosen month · against the month before",
        "u · the chosen month · against the month before · not filtered by country",
    ]


def test_choice_on_several_sheets_has_one_control_on_each() -> None:
    made = compiled(load_domain("cloud_provider"), "support")
    controls = {
        sheet["SheetId"]: [next(iter(each.items())) for each in sheet.get("FilterControls", ())]
        for sheet in made["Sheets"]
    }
    assert set(controls) == {"sheet-1", "sheet-2", "sheet-3"}
    for sheet, found in controls.items():
        assert found == [
            (
                "CrossSheet",
                {"FilterControlId": f"{sheet}-organisation", "SourceFilterId": "choice-organisation"},
            )
        ]
    choice = filters(made)["choice-organisation"][1]
    assert choice["DefaultFilterControlConfiguration"]["Title"] == "Organisation"


@pytest.mark.parametrize(
    ("visual", "filter", "place"),
    [
        (REVENUE, Filter(key="units", label="Units", column="units"), "filter units"),
        (
            table("one", only=("units", "1")),
            Filter(key="device", label="Device", column="device"),
            "visual one",
        ),
    ],
)
def test_filter_on_numbers_is_refused_with_its_place(visual: Any, filter: Filter, place: str) -> None:
    with pytest.raises(QuickSightError) as refused:
        compiled(with_visuals(visual, filters=(filter,)))
    assert f"dashboard board: {place}" in str(refused.value)
    assert "is INTEGER in QuickSight, and it compares texts" in str(refused.value)
    assert "Filter by a column of texts." in str(refused.value)
