"""A call of an aggregate or window function, compiled but for its result."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.values import Value


@dataclass(frozen=True)
class Call:
    """A call of an aggregate or window function, compiled but for its result.

    `tail` is FILTER and OVER, `order` the ORDER BY within the call, `nulls` IGNORE NULLS.
    """

    name: str
    arguments: tuple[Value, ...]
    distinct: bool = False
    order: str = ""
    nulls: str = ""
    tail: str = ""
    windowed: bool = False

    def sql(self, function: str, *arguments: str, ordered: bool = False) -> str:
        """Return a call of DuckDB's function with the clauses of this call."""
        distinct = "DISTINCT " if self.distinct else ""
        inside = f" {self.order}" if ordered and self.order else ""
        return f"{function}({distinct}{', '.join(arguments)}{inside}{self.nulls}){self.tail}"

    def one(self) -> Value:
        """Return the only argument."""
        if len(self.arguments) != 1:
            raise unsupported(f"{self.name} of {len(self.arguments)} arguments")
        return self.arguments[0]
