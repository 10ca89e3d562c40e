"""Sheets: places of visuals and texts, the control of the month, and texts that cannot break the markup."""

from __future__ import annotations

from dataclasses import replace

from lake.model.dashboards.fields import Format, gold, total
from lake.model.dashboards.visuals import Kpi, Text
from tests.infra.dashboards.declared import compiled, with_visuals

ORDERS = gold("fact_orders_enriched", date="order_date")
KPI = Kpi(
    key="a", title="A?", unit="u", dataset=ORDERS, value=total("total_usd", "A", Format.DOLLARS), width=5
)
NOTE = Text(key="note", title="A < B", text="<script>&", width=4)


def test_elements_fill_rows_from_left_to_right() -> None:
    made = compiled(with_visuals(KPI, replace(KPI, key="b"), NOTE, filters=()))
    [layout] = made["Sheets"][0]["Layouts"]
    places = [
        (each["ElementId"], each["ElementType"], each["ColumnIndex"], each["ColumnSpan"], each["RowIndex"])
        for each in layout["Configuration"]["GridLayout"]["Elements"]
    ]
    assert places == [
        ("a", "VISUAL", 0, 15, 0),
        ("b", "VISUAL", 15, 15, 0),
        ("note", "TEXT_BOX", 0, 12, 6),
        ("sheet-1-until-1", "VISUAL", 12, 9, 6),
    ]


def test_month_is_chosen_by_its_distance_from_the_newest() -> None:
    made = compiled(with_visuals(KPI, filters=()))
    [parameter] = made["ParameterDeclarations"]
    assert parameter["IntegerParameterDeclaration"]["DefaultValues"] == {"StaticValues": [0]}
    [control] = made["Sheets"][0]["ParameterControls"]
    assert control["Dropdown"]["Title"] == "Month (0 is the newest)"
    assert control["Dropdown"]["SelectableValues"]["Values"][:2] == ["0", "1"]


def test_text_cannot_break_the_markup() -> None:
    made = compiled(with_visuals(KPI, NOTE, filters=()))
    [box] = made["Sheets"][0]["TextBoxes"]
    assert "<b>A &lt; B</b>" in box["Content"]
    assert "&lt;script&gt;&amp;" in box["Content"]
