"""What the parts of the compiler need of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlglot import exp

from localcloud.execution.athena.sql.scope import Catalog, Columns, Scope
from localcloud.execution.athena.sql.types import Type
from localcloud.execution.athena.sql.values import Value


class Aggregation(Protocol):
    """Compiles aggregates and window functions."""

    def compile(self, expressions: Expressions, node: exp.Expr) -> Value:
        """Return a call with its FILTER, IGNORE NULLS and OVER clauses."""

    def plain(self, expressions: Expressions, name: str, arguments: Sequence[exp.Expr]) -> Value:
        """Return a call without further clauses."""


class Queries(Protocol):
    """Compiles queries and subqueries of one statement."""

    catalog: Catalog
    database: str
    now: dt.datetime
    named: dict[str, tuple[str, tuple[tuple[str, Type], ...]]]

    @property
    def aggregates(self) -> Aggregation:
        """The compiler of aggregates."""

    def fresh(self) -> str:
        """Return a new name."""

    def compile(self, query: exp.Expr, parent: Scope | None = None) -> Columns:
        """Return a compiled query."""

    def compile_view(self, query: exp.Expr, database: str, name: str) -> Columns:
        """Return the compiled query of a view."""

    def scalar(self, expressions: Expressions, query: exp.Expr) -> Value:
        """Return a subquery in place of a value."""

    def exists(self, expressions: Expressions, query: exp.Expr) -> Value:
        """Return EXISTS (query)."""

    def in_query(self, expressions: Expressions, node: exp.In) -> Value:
        """Return `x IN (query)`."""

    def quantified(self, expressions: Expressions, symbol: str, node: exp.Binary) -> Value:
        """Return `x = ANY (query)` and its like."""


class Expressions(Protocol):
    """Compiles expressions in one scope."""

    @property
    def queries(self) -> Queries:
        """The compiler of subqueries."""

    @property
    def scope(self) -> Scope:
        """The names that expressions can use."""

    @property
    def windows(self) -> Mapping[str, exp.Window]:
        """The windows that the query names."""

    def within(self, scope: Scope) -> Expressions:
        """Return a compiler of expressions in another scope."""

    def compile(self, node: exp.Expr) -> Value:
        """Return a compiled expression."""

    def compile_all(self, nodes: Sequence[exp.Expr]) -> list[Value]:
        """Return several compiled expressions."""

    def condition(self, node: exp.Expr) -> str:
        """Return the SQL of a boolean expression."""
