"""The order of a visual's lines, and which of its colours are shown singly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.infra.dashboards.expressions import Row, Table, Value
from tests.infra.dashboards.wells import group, id_of, number

OTHER = "Other"


class Colours:
    """The colours of a visual: those within its limit singly, in their order, the others as one, the last."""

    def __init__(
        self,
        colours: Sequence[Mapping[str, Any]],
        value: Mapping[str, Any],
        table: Table,
        rows: Sequence[Row],
        sort: Mapping[str, Any],
    ) -> None:
        self._fields, self._order = colours, list[Value]()
        self._value, self._table = value, table
        if not colours:
            return
        members: dict[Value, list[Row]] = {}
        for row in rows:
            members.setdefault(group(colours[0], table, row), []).append(row)
        self._order = list(members)
        by = sort.get("ColorSort", ())
        for each in reversed(by):
            self._order = self._by(each, members)
        limit = sort.get("ColorItemsLimit") or sort.get("ColorItemsLimitConfiguration")
        if limit and len(members) > limit["ItemsLimit"]:
            assert by, "more colours than are shown, and nothing says which"
            assert limit["OtherCategories"] == "INCLUDE"
            self._order = [*self._order[: limit["ItemsLimit"]], OTHER]

    def _by(self, how: Mapping[str, Any], members: Mapping[Value, Sequence[Row]]) -> list[Value]:
        kind, sort = next(iter(how.items()))

        def key(colour: Value) -> Any:
            rows = members[colour]
            if kind == "ColumnSort":
                found = [self._table.of_row(sort["SortBy"]["ColumnName"], row) for row in rows]
                return min(each for each in found if each is not None)
            if sort["FieldId"] == id_of(self._fields[0]):
                return colour
            assert sort["FieldId"] == id_of(self._value)
            return number(self._value, self._table, rows, [*members.values()]) or Fraction(0)

        return sorted(self._order, key=key, reverse=sort["Direction"] == "DESC")

    def shown(self, field: Mapping[str, Any], value: Value) -> Value:
        """Return what stands for a group's value: itself, or OTHER for a colour beyond the limit."""
        is_beyond = any(field is each for each in self._fields) and value not in self._order
        return OTHER if is_beyond else value

    def sorted(self, lines: Sequence[tuple[Value, ...]], groups: int) -> list[tuple[Value, ...]]:
        """Return lines by their colour, which is the last of their groups."""
        if not self._fields:
            return list(lines)
        return sorted(lines, key=lambda line: self._order.index(line[groups - 1]))


class Order:
    """Sorts the lines of a visual by its fields, or by columns that it does not show."""

    def __init__(
        self,
        fields: Sequence[Mapping[str, Any]],
        table: Table,
        rows: Mapping[tuple[Value, ...], Sequence[Row]],
    ) -> None:
        self._places = {id_of(each): place for place, each in enumerate(fields)}
        self._table, self._rows = table, rows

    def sorted(
        self, lines: Sequence[tuple[Value, ...]], sort: Mapping[str, Any], groups: int
    ) -> list[tuple[Value, ...]]:
        found = list(lines)
        for name in ("HeatMapColumnSort", "HeatMapRowSort", "CategorySort", "RowSort"):
            for each in reversed(sort.get(name, ())):
                found = self._by(found, each, groups)
        limit = sort.get("CategoryItemsLimit")
        return found[: limit["ItemsLimit"]] if limit and groups == 1 else found

    def _by(
        self, lines: list[tuple[Value, ...]], how: Mapping[str, Any], groups: int
    ) -> list[tuple[Value, ...]]:
        kind, sort = next(iter(how.items()))
        down = sort["Direction"] == "DESC"

        def key(line: tuple[Value, ...]) -> tuple[bool, Any]:
            if kind == "FieldSort":
                value = line[self._places[sort["FieldId"]]]
            else:
                name = sort["SortBy"]["ColumnName"]
                values = [self._table.of_row(name, row) for row in self._rows[line]]
                value = min(each for each in values if each is not None)
            return ((value is None) != down, value if value is not None else 0)

        return sorted(lines, key=key, reverse=down)
