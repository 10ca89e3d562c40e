"""QuickSight's expressions, computed as its documentation says: exact, without rounding."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Value = Fraction | str | dt.date | bool | None
Row = Mapping[str, Value]

_TOKEN = re.compile(
    r"""\s*(?:(?P<parameter>\$\{[^{}]+\})|(?P<column>\{[^{}]+\})|(?P<text>"[^"]*")|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<sign><>|>=|<=|[-+*/=<>(),\[\]]))"""
)


@dataclass(frozen=True)
class Node:
    """A part of an expression: its kind, its name or value, and its parts."""

    kind: str
    value: Any = None
    parts: tuple[Node, ...] = ()

    def names(self, kind: str) -> set[str]:
        """Return the names of all parts of a kind: function, column or parameter."""
        found = {str(self.value)} if self.kind == kind else set()
        return found.union(*(part.names(kind) for part in self.parts))


AGGREGATIONS = {"sum", "distinct_count"}


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            assert found, f"no token at {text[place:]!r}"
            assert found.lastgroup
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()
        self._place = 0

    def whole(self) -> Node:
        node = self._choice()
        assert self._place == len(self._tokens), f"more than an expression: {self._tokens[self._place :]}"
        return node

    def _peek(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        self._place += 1
        return self._tokens[self._place - 1]

    def _expect(self, sign: str) -> None:
        assert self._next()[1] == sign

    def _choice(self) -> Node:
        left = self._both()
        while self._peek() == "OR":
            left = Node("operator", self._next()[1], (left, self._both()))
        return left

    def _both(self) -> Node:
        left = self._comparison()
        while self._peek() == "AND":
            left = Node("operator", self._next()[1], (left, self._comparison()))
        return left

    def _comparison(self) -> Node:
        left = self._sum()
        if self._peek() in ("=", "<>", ">=", "<=", ">", "<"):
            return Node("operator", self._next()[1], (left, self._sum()))
        return left

    def _sum(self) -> Node:
        left = self._product()
        while self._peek() in ("+", "-"):
            left = Node("operator", self._next()[1], (left, self._product()))
        return left

    def _product(self) -> Node:
        left = self._factor()
        while self._peek() in ("*", "/"):
            left = Node("operator", self._next()[1], (left, self._factor()))
        return left

    def _factor(self) -> Node:
        kind, text = self._next()
        if kind == "number":
            return Node("value", Fraction(text))
        if kind == "text":
            return Node("value", text[1:-1])
        if kind == "column":
            return Node("column", text[1:-1])
        if kind == "parameter":
            return Node("parameter", text[2:-1])
        if text == "(":
            inner = self._choice()
            self._expect(")")
            return inner
        if text == "[":
            self._expect("]")
            return Node("list")
        assert kind == "name", f"unexpected {text}"
        if text == "NULL":
            return Node("value", None)
        if self._peek() != "(":
            return Node("word", text)
        self._expect("(")
        parts = [self._choice()]
        while self._peek() == ",":
            self._next()
            parts.append(self._choice())
        self._expect(")")
        return Node("function", text, tuple(parts))


def read(text: str) -> Node:
    """Return a text as an expression. Fails on what the language does not have."""
    return _Reader(text).whole()


_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
}


class Table:
    """The rows of a dataset, with calculated fields and the values of parameters."""

    def __init__(
        self, rows: Sequence[Row], fields: Mapping[str, str], parameters: Mapping[str, Value]
    ) -> None:
        self.rows = rows
        self._fields = {name: read(text) for name, text in fields.items()}
        self._parameters = parameters
        self._over_all: dict[Node, Value] = {}

    def is_aggregated(self, name: str) -> bool:
        """Return whether a calculated field is a number of a group, not of a row."""
        return name in self._fields and bool(self._fields[name].names("function") & AGGREGATIONS)

    def of_row(self, name: str, row: Row) -> Value:
        """Return a column or calculated field of a row."""
        return self._row(self._fields[name], row) if name in self._fields else row[name]

    def _row(self, node: Node, row: Row) -> Value:
        if node.kind == "column":
            return self.of_row(node.value, row)
        if node.kind == "function" and node.value in ("minOver", "sumOver"):
            value, partition, level = node.parts
            assert (partition.kind, partition.parts, level.value) == ("list", (), "PRE_FILTER")
            if node not in self._over_all:
                found = [each for row in self.rows if (each := self._row(value, row)) is not None]
                total = sum(found, Fraction(0)) if found else None
                self._over_all[node] = min(found, default=None) if node.value == "minOver" else total
            return self._over_all[node]
        return self._simple(node, lambda part: self._row(part, row))

    def of_group(self, name: str, rows: Sequence[Row], groups: Sequence[Sequence[Row]]) -> Value:
        """Return a calculated field of a group of rows; `groups` are all groups of the visual."""
        return self._group(self._fields[name], rows, groups)

    def _group(self, node: Node, rows: Sequence[Row], groups: Sequence[Sequence[Row]]) -> Value:
        if node.kind == "column":
            assert self.is_aggregated(node.value), f"{node.value} is not aggregated"
            return self._group(self._fields[node.value], rows, groups)
        if node.kind == "function" and node.value in ("sum", "distinct_count"):
            found = [value for row in rows if (value := self._row(node.parts[0], row)) is not None]
            if node.value == "distinct_count":
                return Fraction(len(set(found)))
            return sum(found, Fraction(0)) if found else None
        if node.kind == "function" and node.value == "sumOver":
            assert (node.parts[1].kind, node.parts[1].parts) == ("list", ())
            every = [self._group(node.parts[0], each, groups) for each in groups]
            return sum((each for each in every if each is not None), Fraction(0))
        return self._simple(node, lambda part: self._group(part, rows, groups))

    def _simple(self, node: Node, compute: Callable[[Node], Value]) -> Value:
        """Compute what is the same for rows and groups. Null makes operators null, and conditions false."""
        if node.kind == "value":
            constant: Value = node.value
            return constant
        if node.kind == "parameter":
            return self._parameters[node.value]
        if node.kind == "operator" and node.value in ("AND", "OR"):
            holds = [bool(compute(part)) for part in node.parts]
            return all(holds) if node.value == "AND" else any(holds)
        if node.kind == "operator":
            left, right = (compute(part) for part in node.parts)
            return None if left is None or right is None else _OPERATORS[node.value](left, right)
        if node.value == "ifelse":
            *pairs, other = node.parts
            assert len(pairs) % 2 == 0, "ifelse needs a value for each condition, and one for the rest"
            for condition, result in zip(pairs[::2], pairs[1::2], strict=True):
                if compute(condition):
                    return compute(result)
            return compute(other)
        if node.value == "isNull":
            return compute(node.parts[0]) is None
        if node.value == "coalesce":
            return next((found for part in node.parts if (found := compute(part)) is not None), None)
        if node.value == "abs":
            size = compute(node.parts[0])
            assert size is None or isinstance(size, Fraction)
            return None if size is None else abs(size)
        if node.value == "toString":
            value = compute(node.parts[0])
            return None if value is None else str(value)
        raise AssertionError(f"the language has no {node.value}")
