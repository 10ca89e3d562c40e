"""Each kind of visual has its form in QuickSight."""

from __future__ import annotations

from typing import Any

import pytest

from infra.dashboards import theme
from lake.model.discovery import load_domain
from tests.infra.dashboards.declared import compiled

DEFINITIONS = {
    dashboard.key: compiled(load_domain(name), dashboard.key)
    for name in ("ecommerce", "cloud_provider")
    for dashboard in load_domain(name).shown_dashboards
}


def visual(dashboard: str, key: str) -> tuple[str, dict[str, Any]]:
    """Return the type of a visual, and the visual."""
    for sheet in DEFINITIONS[dashboard]["Sheets"]:
        for each in sheet["Visuals"]:
            kind, found = next(iter(each.items()))
            if found["VisualId"] == key:
                return kind, found
    raise AssertionError(key)


def expression(dashboard: str, field: dict[str, Any]) -> str:
    """Return the expression of a measure that is a calculated field."""
    column = field["NumericalMeasureField"]["Column"]
    [found] = [
        each["Expression"]
        for each in DEFINITIONS[dashboard]["CalculatedFields"]
        if (each["DataSetIdentifier"], each["Name"]) == (column["DataSetIdentifier"], column["ColumnName"])
    ]
    return str(found)


@pytest.mark.parametrize(
    ("dashboard", "key", "kind"),
    [
        ("executive", "revenue", "KPIVisual"),
        ("executive", "weekly_revenue", "BarChartVisual"),
        ("executive", "devices", "TableVisual"),
        ("executive", "categories", "BarChartVisual"),
        ("executive", "top_products", "TableVisual"),
        ("behaviour", "funnel", "FunnelChartVisual"),
        ("behaviour", "segments", "TableVisual"),
        ("behaviour", "hours", "HeatMapVisual"),
        ("support", "satisfaction", "LineChartVisual"),
    ],
)
def test_visual_has_its_type_title_and_text_for_screen_readers(dashboard: str, key: str, kind: str) -> None:
    found, made = visual(dashboard, key)
    title, subtitle = (made[name]["FormatText"]["PlainText"] for name in ("Title", "Subtitle"))
    assert found == kind
    assert made["VisualContentAltText"] == f"{title} {subtitle}"


def test_kpi_compares_the_chosen_month_with_the_one_before() -> None:
    _, made = visual("executive", "average_order")
    wells = made["ChartConfiguration"]["FieldWells"]
    assert expression("executive", wells["Values"][0]) == (
        "ifelse(sum(ifelse({months_back} = ${MonthsBack}, {row_count}, NULL)) = 0, NULL, "
        "sum(ifelse({months_back} = ${MonthsBack}, {total_usd}, NULL)) / "
        "sum(ifelse({months_back} = ${MonthsBack}, {row_count}, NULL)))"
    )
    assert "${MonthsBack} + 1" in expression("executive", wells["TargetValues"][0])
    assert made["ChartConfiguration"]["KPIOptions"]["Comparison"] == {
        "ComparisonMethod": "PERCENT_DIFFERENCE"
    }


@pytest.mark.parametrize("key", ["breach_rate", "csat", "nps"])
def test_percentages_and_scores_change_by_points(key: str) -> None:
    _, made = visual("support", key)
    comparison = made["ChartConfiguration"]["KPIOptions"]["Comparison"]
    assert comparison["ComparisonMethod"] == "DIFFERENCE"
    [kind] = comparison["ComparisonFormat"]
    assert kind.startswith("Percentage" if key == "breach_rate" else "Number")


def test_runs_are_listed_by_the_second() -> None:
    _, made = visual("data-quality", "newest_runs")
    first = made["ChartConfiguration"]["FieldWells"]["TableAggregatedFieldWells"]["GroupBy"][0]
    assert first["DateDimensionField"]["Column"]["ColumnName"] == "started_at_time"
    assert first["DateDimensionField"]["DateGranularity"] == "SECOND"


@pytest.mark.parametrize(
    ("dashboard", "key", "colours"),
    [
        ("executive", "revenue", [theme.GOOD, theme.BAD]),
        ("finops", "cost", [theme.BAD, theme.GOOD]),
        ("finops", "requests", []),
    ],
)
def test_change_is_coloured_by_its_direction(dashboard: str, key: str, colours: list[str]) -> None:
    rules = visual(dashboard, key)[1].get("ConditionalFormatting", {}).get("ConditionalFormattingOptions", [])
    assert [rule["ComparisonValue"]["TextColor"]["Solid"]["Color"] for rule in rules] == colours


def test_stacked_trend_has_a_time_axis_and_one_colour_for_each_group() -> None:
    _, made = visual("executive", "weekly_revenue")
    chart = made["ChartConfiguration"]
    wells = chart["FieldWells"]["BarChartAggregatedFieldWells"]
    [date] = wells["Category"]
    assert date["DateDimensionField"]["DateGranularity"] == "WEEK"
    assert made["ColumnHierarchies"] == [
        {"DateTimeHierarchy": {"HierarchyId": date["DateDimensionField"]["FieldId"]}}
    ]
    assert (chart["Orientation"], chart["BarsArrangement"]) == ("VERTICAL", "STACKED")
    assert chart["SortConfiguration"]["ColorItemsLimit"] == {"ItemsLimit": 3, "OtherCategories": "INCLUDE"}
    assert len(wells["Colors"]) == 1


@pytest.mark.parametrize(
    ("dashboard", "key"),
    [
        ("executive", "weekly_revenue"),
        ("finops", "daily_cost"),
        ("data-quality", "quarantined_by_check"),
        ("data-quality", "rows_per_day"),
    ],
)
def test_groups_without_an_order_have_the_largest_first(dashboard: str, key: str) -> None:
    chart = visual(dashboard, key)[1]["ChartConfiguration"]
    [value] = chart["FieldWells"]["BarChartAggregatedFieldWells"]["Values"]
    id = value["NumericalMeasureField"]["FieldId"]
    assert chart["SortConfiguration"]["ColorSort"] == [{"FieldSort": {"FieldId": id, "Direction": "DESC"}}]


def test_bars_that_compare_show_both_months() -> None:
    _, made = visual("executive", "categories")
    wells = made["ChartConfiguration"]["FieldWells"]["BarChartAggregatedFieldWells"]
    now, before = (expression("executive", each) for each in wells["Values"])
    assert now == "sum(ifelse({months_back} = ${MonthsBack}, {net_revenue_usd}, NULL))"
    assert before == "sum(ifelse({months_back} = ${MonthsBack} + 1, {net_revenue_usd}, NULL))"


def test_heatmap_and_funnel_are_in_the_order_of_their_names() -> None:
    heatmap = visual("behaviour", "hours")[1]["ChartConfiguration"]["SortConfiguration"]
    for name in ("HeatMapRowSort", "HeatMapColumnSort"):
        [sort] = heatmap[name]
        assert sort["ColumnSort"]["SortBy"]["ColumnName"].startswith("place_")
    [steps] = visual("behaviour", "funnel")[1]["ChartConfiguration"]["SortConfiguration"]["CategorySort"]
    assert steps["ColumnSort"]["SortBy"]["ColumnName"] == "place_step"


def test_table_hides_ids_draws_bars_and_colours_changes() -> None:
    _, products = visual("executive", "top_products")
    options = products["ChartConfiguration"]["FieldOptions"]["SelectedFieldOptions"]
    assert [(each["CustomLabel"], each["Visibility"]) for each in options[:2]] == [
        ("Id", "HIDDEN"),
        ("Product", "VISIBLE"),
    ]
    bars = products["ChartConfiguration"]["TableInlineVisualizations"]
    assert [each["DataBars"]["FieldId"] for each in bars] == [options[-1]["FieldId"]]
    _, growth = visual("support", "growth")
    rules = growth["ConditionalFormatting"]["ConditionalFormattingOptions"]
    assert [rule["Cell"]["TextFormat"]["TextColor"]["Solid"]["Color"] for rule in rules] == [
        theme.GOOD,
        theme.BAD,
    ]


def test_share_is_a_part_of_the_whole() -> None:
    _, made = visual("behaviour", "segments")
    fields = made["ChartConfiguration"]["FieldWells"]["TableAggregatedFieldWells"]["Values"]
    assert expression("behaviour", fields[1]) == "sum({row_count}) / sumOver(sum({row_count}), [])"
