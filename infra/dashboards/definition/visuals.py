"""Visuals of QuickSight, one function for each kind of the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra.dashboards import theme
from infra.dashboards.definition.expressions import IN_MONTH, IN_MONTH_BEFORE
from infra.dashboards.definition.formats import number_format
from infra.dashboards.definition.funnel import funnel
from infra.dashboards.definition.scope import compares
from infra.dashboards.definition.tables import bars_as_table, shares, table
from infra.dashboards.definition.until import Until, until
from infra.dashboards.definition.wells import Wells, id_of
from lake.model.dashboards.visuals import (
    Bars,
    Better,
    Funnel,
    Heatmap,
    Kpi,
    Mark,
    Shares,
    Table,
    Trend,
    Visual,
)

Compiled = tuple[str, dict[str, Any], dict[str, Any]]
"""Name of the visual's type, its configuration, and its other properties."""

_BEFORE = "_before"


def compiled(visual: Visual, wells: Wells, subtitle: str) -> dict[str, Any]:
    """Return a visual of the definition."""
    kind, configuration, others = _COMPILERS[type(visual)](visual, wells)
    if kind not in ("KPIVisual", "TableVisual") and wells.hierarchies:
        others["ColumnHierarchies"] = wells.hierarchies
    return {
        kind: {
            "VisualId": visual.key,
            "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": visual.title}},
            "Subtitle": {"Visibility": "VISIBLE", "FormatText": {"PlainText": subtitle}},
            "ChartConfiguration": configuration,
            "VisualContentAltText": f"{visual.title} {subtitle}",
            **others,
        }
    }


def _kpi(visual: Kpi, wells: Wells) -> Compiled:
    """Compare the chosen month's number with that of the month before, its target.

    A KPI with a group of months would show the month before as the number where the chosen month has no rows.
    """
    if not compares(visual):
        return "KPIVisual", {"FieldWells": {"Values": [wells.measure(visual.value)]}}, {}
    now = wells.measure(visual.value, when=IN_MONTH)
    before = wells.measure(visual.value, when=IN_MONTH_BEFORE, suffix=_BEFORE)
    form = visual.value.format
    comparison: dict[str, Any] = {"ComparisonMethod": "PERCENT_DIFFERENCE"}
    if form.changes_by_points:
        shown = number_format(form, is_short=False)
        comparison = {"ComparisonMethod": "DIFFERENCE", "ComparisonFormat": shown}
    options = {
        "Comparison": comparison,
        "PrimaryValueDisplayType": "ACTUAL",
        "SecondaryValue": {"Visibility": "VISIBLE"},
        "TrendArrows": {"Visibility": "VISIBLE"},
        "ProgressBar": {"Visibility": "HIDDEN"},
    }
    configuration = {"FieldWells": {"Values": [now], "TargetValues": [before]}, "KPIOptions": options}
    if visual.better is Better.NEITHER:
        return "KPIVisual", configuration, {}
    names = [next(iter(each.values()))["Column"]["ColumnName"] for each in (now, before)]
    more = theme.GOOD if visual.better is Better.MORE else theme.BAD
    less = theme.BAD if visual.better is Better.MORE else theme.GOOD
    rules = [
        {"ComparisonValue": {"TextColor": {"Solid": {"Expression": expression, "Color": colour}}}}
        for expression, colour in (
            (f"{{{names[0]}}} > {{{names[1]}}}", more),
            (f"{{{names[0]}}} < {{{names[1]}}}", less),
        )
    ]
    return "KPIVisual", configuration, {"ConditionalFormatting": {"ConditionalFormattingOptions": rules}}


def _trend(visual: Trend, wells: Wells) -> Compiled:
    date = wells.date(visual.dataset.date, visual.unit_of_time)
    value = wells.measure(visual.value)
    colours = [wells.dimension(visual.by)] if visual.by else []
    fields = {"Category": [date], "Values": [value], "Colors": colours}
    by_time = [{"FieldSort": {"FieldId": id_of(date), "Direction": "ASC"}}]
    # "Other" is read as standing beside QuickSight's limit; on the web it is one of the `most`.
    limit = {"ItemsLimit": visual.most - 1, "OtherCategories": "INCLUDE"}
    if visual.mark is Mark.LINE:
        # Lines have a limit and no order: which of them are shown singly is QuickSight's choice.
        sort: dict[str, Any] = {"CategorySort": by_time}
        if colours:
            sort["ColorItemsLimitConfiguration"] = limit
        configuration = {
            "FieldWells": {"LineChartAggregatedFieldWells": fields},
            "SortConfiguration": sort,
            "Type": "LINE",
        }
        return "LineChartVisual", configuration, {}
    sort = {"CategorySort": by_time}
    if visual.by:
        largest = [{"FieldSort": {"FieldId": id_of(value), "Direction": "DESC"}}]
        sort["ColorItemsLimit"] = limit
        sort["ColorSort"] = wells.order(visual.by, colours[0]) if visual.by.ordered else largest
    return (
        "BarChartVisual",
        {
            "FieldWells": {"BarChartAggregatedFieldWells": fields},
            "SortConfiguration": sort,
            "Orientation": "VERTICAL",
            "BarsArrangement": "STACKED" if visual.mark is Mark.STACKED else "CLUSTERED",
        },
        {},
    )


def _bars(visual: Bars, wells: Wells) -> Compiled:
    if visual.as_shares:
        return bars_as_table(visual, wells)
    category = wells.dimension(visual.by)
    if compares(visual):
        values = [
            field
            for each in visual.values
            for field in (
                wells.measure(each, when=IN_MONTH),
                wells.measure(each, when=IN_MONTH_BEFORE, suffix=_BEFORE),
            )
        ]
    else:
        values = [wells.measure(each) for each in visual.values]
    largest = [{"FieldSort": {"FieldId": id_of(values[0]), "Direction": "DESC"}}]
    sort = wells.order(visual.by, category) if visual.by.ordered else largest
    return (
        "BarChartVisual",
        {
            "FieldWells": {"BarChartAggregatedFieldWells": {"Category": [category], "Values": values}},
            "SortConfiguration": {
                "CategorySort": sort,
                "CategoryItemsLimit": {"ItemsLimit": visual.most, "OtherCategories": "EXCLUDE"},
            },
            "Orientation": "HORIZONTAL",
            "BarsArrangement": "CLUSTERED",
            "DataLabels": {"Visibility": "VISIBLE", "Overlap": "DISABLE_OVERLAP"},
        },
        {},
    )


def _heatmap(visual: Heatmap, wells: Wells) -> Compiled:
    rows, columns = wells.dimension(visual.rows), wells.dimension(visual.columns_by)
    value = wells.measure(visual.value)
    largest = [{"FieldSort": {"FieldId": id_of(value), "Direction": "DESC"}}]
    return (
        "HeatMapVisual",
        {
            "FieldWells": {
                "HeatMapAggregatedFieldWells": {"Rows": [rows], "Columns": [columns], "Values": [value]}
            },
            "SortConfiguration": {
                "HeatMapRowSort": wells.order(visual.rows, rows) if visual.rows.ordered else largest,
                "HeatMapColumnSort": wells.order(visual.columns_by, columns)
                if visual.columns_by.ordered
                else largest,
                "HeatMapRowItemsLimitConfiguration": {
                    "ItemsLimit": visual.most,
                    "OtherCategories": "EXCLUDE",
                },
            },
            "ColorScale": {
                "ColorFillType": "GRADIENT",
                "Colors": [{"Color": colour} for colour in theme.SCALE],
            },
            "DataLabels": {
                "Visibility": "VISIBLE" if visual.shows_values else "HIDDEN",
                "Overlap": "DISABLE_OVERLAP",
            },
        },
        {},
    )


_COMPILERS: Mapping[type[Visual], Callable[[Any, Wells], Compiled]] = {
    Kpi: _kpi,
    Trend: _trend,
    Bars: _bars,
    Shares: shares,
    Heatmap: _heatmap,
    Funnel: funnel,
    Table: table,
    Until: until,
}
