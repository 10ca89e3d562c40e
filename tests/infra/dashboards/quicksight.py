"""A visual's numbers as QuickSight computes them: from a dashboard's definition and its datasets' rows.

The program knows the definition alone. It shares nothing with the compiler, nor with the web application.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.infra.dashboards import wells as fields
from tests.infra.dashboards.expressions import Row, Table, Value
from tests.infra.dashboards.order import Colours, Order

Definition = Mapping[str, Any]

_GROUPS = ("GroupBy", "Category", "Rows", "Columns", "Colors")

SPICE_DIGITS, SPICE_PLACES = 18, 4


def loaded(rows: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]], mode: str) -> list[Row]:
    """Return rows with exact values. Fails on a decimal that SPICE would not hold."""
    fixed = {each["Name"] for each in columns if each.get("SubType") == "FIXED"}
    for row in rows:
        for name, value in row.items():
            if mode == "SPICE" and isinstance(value, Decimal):
                assert name in fixed, f"{name} would become a binary fraction"
                _, digits, exponent = value.normalize().as_tuple()
                assert isinstance(exponent, int)
                assert -exponent <= SPICE_PLACES, value
                assert len(digits) + exponent <= SPICE_DIGITS - SPICE_PLACES, value
    return [{name: _exact(value) for name, value in row.items()} for row in rows]


def _exact(value: Any) -> Value:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    assert value is None or isinstance(value, str | bool | dt.date)
    return value


@dataclass(frozen=True)
class Shown:
    """The numbers of a visual: one line for each group, of the group's values and its numbers."""

    lines: Sequence[tuple[Value, ...]]
    places: Sequence[int | None]
    """Decimal places of each number, None for the values of groups."""

    def rounded(self) -> list[tuple[Value, ...]]:
        """Return the lines with each number as it is written: rounded once, half-up."""
        return [
            tuple(
                _rounded(value, places) if places is not None else value
                for value, places in zip(line, self.places, strict=True)
            )
            for line in self.lines
        ]


def _rounded(value: Value, places: int) -> Value:
    if not isinstance(value, Fraction):
        return value
    scaled = value * 10**places
    whole = (2 * abs(scaled) + 1) // 2 * (1 if scaled >= 0 else -1)
    return Fraction(whole, 10**places)


class Dashboard:
    """A dashboard's definition on the rows of its datasets, by their identifiers.

    `parameters` replace default values; `chosen` are the values that a reader picks, by the id of the filter.
    """

    def __init__(
        self,
        definition: Definition,
        rows: Mapping[str, Sequence[Row]],
        *,
        parameters: Mapping[str, int] | None = None,
        chosen: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._definition, self._chosen = definition, chosen or {}
        values: dict[str, Value] = {}
        for each in definition["ParameterDeclarations"]:
            declared = each["IntegerParameterDeclaration"]
            values[declared["Name"]] = Fraction(declared["DefaultValues"]["StaticValues"][0])
        values |= {name: Fraction(value) for name, value in (parameters or {}).items()}
        self._tables = {name: Table(each, self._fields(name), values) for name, each in rows.items()}

    def _fields(self, dataset: str) -> dict[str, str]:
        fields = self._definition["CalculatedFields"]
        return {each["Name"]: each["Expression"] for each in fields if each["DataSetIdentifier"] == dataset}

    def visual_ids(self) -> list[str]:
        """Return the ids of all visuals."""
        return [id for id, _, _, _ in self._visuals()]

    def _visuals(self) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
        for sheet in self._definition["Sheets"]:
            for each in sheet["Visuals"]:
                kind, visual = next(iter(each.items()))
                yield visual["VisualId"], sheet["SheetId"], kind, visual

    def options(self, id: str) -> Mapping[str, Any]:
        """Return how a KPI compares its number with its target."""
        visual = next(visual for found, _, _, visual in self._visuals() if found == id)
        options: Mapping[str, Any] = visual["ChartConfiguration"]["KPIOptions"]
        return options

    def shown(self, id: str) -> Shown:
        """Return the numbers of a visual, sorted and limited as it says."""
        sheet, kind, visual = next((s, k, v) for i, s, k, v in self._visuals() if i == id)
        configuration = visual["ChartConfiguration"]
        wells = configuration["FieldWells"]
        wells = wells if kind == "KPIVisual" else next(iter(wells.values()))
        groups = [field for name in _GROUPS for field in wells.get(name, ())]
        numbers = [field for name in ("Values", "TargetValues") for field in wells.get(name, ())]
        table = self._tables[fields.column(groups[0] if groups else numbers[0])["DataSetIdentifier"]]
        rows = self._filtered(table, sheet, id)
        sort = configuration.get("SortConfiguration", {})
        colours = Colours(wells.get("Colors", ()), numbers[0], table, rows, sort)
        found: dict[tuple[Value, ...], list[Row]] = {}
        for row in rows:
            key = tuple(colours.shown(field, fields.group(field, table, row)) for field in groups)
            found.setdefault(key, []).append(row)
        if not groups:
            found = {(): list(rows)}
        kept = {key: each for key, each in found.items() if self._passes(table, sheet, id, each)}
        every = list(kept.values())
        lines = [
            (*key, *(fields.number(field, table, each, every) for field in numbers))
            for key, each in kept.items()
        ]
        order = Order([*groups, *numbers], table, dict(zip(map(tuple, lines), every, strict=True)))
        lines = order.sorted(colours.sorted(lines, len(groups)), sort, len(groups))
        places = [*(None for _ in groups), *(fields.places(field) for field in numbers)]
        return Shown(lines, places)

    def _filters(self, table: Table, sheet: str, id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the filters that apply to a visual: kind and filter."""
        name = next(name for name, each in self._tables.items() if each is table)
        for group in self._definition["FilterGroups"]:
            scopes = group["ScopeConfiguration"]["SelectedSheets"]["SheetVisualScopingConfigurations"]
            if group["Status"] != "ENABLED" or not any(
                scope["SheetId"] == sheet and id in scope["VisualIds"] for scope in scopes
            ):
                continue
            for each in group["Filters"]:
                kind, filter = next(iter(each.items()))
                if group["CrossDataset"] == "ALL_DATASETS" or filter["Column"]["DataSetIdentifier"] == name:
                    yield kind, filter

    def _filtered(self, table: Table, sheet: str, id: str) -> list[Row]:
        rows = list(table.rows)
        for kind, filter in self._filters(table, sheet, id):
            if "AggregationFunction" not in filter:
                column = filter["Column"]["ColumnName"]
                rows = [row for row in rows if self._lets_through(kind, filter, table.of_row(column, row))]
        return rows

    def _passes(self, table: Table, sheet: str, id: str, rows: Sequence[Row]) -> bool:
        """Return whether a group passes the filters on sums."""
        for kind, filter in self._filters(table, sheet, id):
            if "AggregationFunction" in filter:
                function = filter["AggregationFunction"]["NumericalAggregationFunction"]
                assert function == {"SimpleNumericalAggregation": "SUM"}
                values = [table.of_row(filter["Column"]["ColumnName"], row) for row in rows]
                total = sum((each for each in values if isinstance(each, Fraction)), Fraction(0))
                if not self._lets_through(kind, filter, total):
                    return False
        return True

    def _lets_through(self, kind: str, filter: Mapping[str, Any], value: Value) -> bool:
        if kind == "NumericRangeFilter":
            if value is None:
                return bool(filter["NullOption"] == "ALL_VALUES")
            assert isinstance(value, Fraction)
            low, high = filter["RangeMinimum"], filter.get("RangeMaximum")
            assert filter["IncludeMinimum"]
            assert high is None or filter["IncludeMaximum"]
            return value >= Fraction(low["StaticValue"]) and (
                high is None or value <= Fraction(high["StaticValue"])
            )
        assert kind == "CategoryFilter"
        how, configuration = next(iter(filter["Configuration"].items()))
        if how == "CustomFilterConfiguration":
            assert configuration["MatchOperator"] == "EQUALS"
            return bool(value == configuration["CategoryValue"])
        assert configuration["MatchOperator"] == "CONTAINS"
        if value is None:  # whatever is chosen: null belongs to no choice, not even to that of all values
            return bool(configuration["NullOption"] == "ALL_VALUES")
        if "CategoryValues" in configuration:
            return value in configuration["CategoryValues"]
        assert configuration["SelectAllOptions"] == "FILTER_ALL_VALUES"
        picked = self._chosen.get(filter["FilterId"])
        return picked is None or value in picked
