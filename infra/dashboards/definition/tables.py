"""Tables of QuickSight, and the visuals that are tables there because each of their numbers must be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.dashboards import theme
from infra.dashboards.definition.expressions import IN_MONTH
from infra.dashboards.definition.scope import compares
from infra.dashboards.definition.wells import Wells, id_of
from lake.model.dashboards.visuals import Bars, Better, Shares, Table

PAGE = 100
"""Rows of a page of a table, the fewest that QuickSight accepts."""


def table(visual: Table, wells: Wells) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return a table with its groups, numbers, and changes to the month before, coloured by direction."""
    columns = _Columns(wells, better=visual.better)
    when = IN_MONTH if compares(visual) else ""
    groups = {each.label: columns.group(each.label, wells.dimension(each), each.hidden) for each in visual.by}
    values = {each.label: columns.value(each.label, wells.measure(each, when=when)) for each in visual.values}
    for each in visual.values:
        if when and each.label in visual.changes:
            columns.change(f"{each.label}, change", wells.change(each))
    if visual.bar:
        columns.bar(values[visual.bar])
    sort = [_sort({**groups, **values}[visual.sort], "DESC")]
    sort += [_sort(id, "ASC") for label, id in groups.items() if label != visual.sort]
    return columns.table(sort)


def shares(visual: Shares, wells: Wells) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the groups with their number, its share in the whole, and a second number with its change."""
    columns = _Columns(wells, better=Better.MORE)
    when = IN_MONTH if compares(visual) else ""
    groups = wells.dimension(visual.by)
    columns.group(visual.by.label, groups, False)
    largest = columns.value(visual.value.label, wells.measure(visual.value, when=when))
    columns.bar(columns.value(f"{visual.value.label}, share", wells.share(visual.value, when=when)))
    columns.value(visual.also.label, wells.measure(visual.also, when=when))
    if when:
        columns.change(f"{visual.also.label}, change", wells.change(visual.also))
    sort = wells.order(visual.by, groups) if visual.by.ordered else [_sort(largest, "DESC")]
    return columns.table(sort)


def bars_as_table(visual: Bars, wells: Wells) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the groups with each number and its share in the whole, drawn as a bar."""
    columns = _Columns(wells, better=Better.MORE)
    groups = wells.dimension(visual.by)
    columns.group(visual.by.label, groups, False)
    numbers = []
    for each in visual.values:
        numbers.append(columns.value(each.label, wells.measure(each)))
        columns.bar(columns.value(f"{each.label}, share", wells.share(each)))
    sort = wells.order(visual.by, groups) if visual.by.ordered else [_sort(numbers[0], "DESC")]
    return columns.table(sort)


class _Columns:
    """The columns of a table, collected one by one."""

    def __init__(self, wells: Wells, *, better: Better) -> None:
        wells.is_short = False
        self._wells, self._better = wells, better
        self._groups: list[dict[str, Any]] = []
        self._values: list[dict[str, Any]] = []
        self._options: list[dict[str, Any]] = []
        self._bars: list[dict[str, Any]] = []
        self._rules: list[dict[str, Any]] = []

    def group(self, label: str, field: dict[str, Any], is_hidden: bool) -> str:
        """Add a column of groups and return its id. Tables have no date hierarchies."""
        next(iter(field.values())).pop("HierarchyId", None)
        self._groups.append(field)
        return self._option(label, field, "HIDDEN" if is_hidden else "VISIBLE")

    def value(self, label: str, field: dict[str, Any]) -> str:
        """Add a column of numbers and return its id."""
        self._values.append(field)
        return self._option(label, field, "VISIBLE")

    def change(self, label: str, field: dict[str, Any]) -> None:
        """Add a column of changes, coloured for the better and for the worse."""
        id = self.value(label, field)
        if self._better is Better.NEITHER:
            return
        name = field["NumericalMeasureField"]["Column"]["ColumnName"]
        more, less = (theme.GOOD, theme.BAD) if self._better is Better.MORE else (theme.BAD, theme.GOOD)
        self._rules += [
            {
                "Cell": {
                    "FieldId": id,
                    "TextFormat": {
                        "TextColor": {"Solid": {"Expression": f"{{{name}}} {sign} 0", "Color": colour}}
                    },
                }
            }
            for sign, colour in ((">", more), ("<", less))
        ]

    def bar(self, id: str) -> None:
        """Draw the numbers of a column as bars."""
        colours = {"PositiveColor": theme.SERIES[0], "NegativeColor": theme.BAD}
        self._bars.append({"DataBars": {"FieldId": id, **colours}})

    def table(self, sort: Sequence[dict[str, Any]]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Return the table with its columns, sorted."""
        configuration: dict[str, Any] = {
            "FieldWells": {"TableAggregatedFieldWells": {"GroupBy": self._groups, "Values": self._values}},
            "SortConfiguration": {
                "RowSort": list(sort),
                "PaginationConfiguration": {"PageSize": PAGE, "PageNumber": 1},
            },
            "FieldOptions": {"SelectedFieldOptions": self._options},
        }
        if self._bars:
            configuration["TableInlineVisualizations"] = self._bars
        rules = {"ConditionalFormatting": {"ConditionalFormattingOptions": self._rules}}
        return "TableVisual", configuration, rules if self._rules else {}

    def _option(self, label: str, field: dict[str, Any], visibility: str) -> str:
        id = id_of(field)
        self._options.append({"FieldId": id, "CustomLabel": label, "Visibility": visibility})
        return id


def _sort(id: str, direction: str) -> dict[str, Any]:
    return {"FieldSort": {"FieldId": id, "Direction": direction}}
