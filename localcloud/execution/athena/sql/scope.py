"""Names in scope: the columns of relations, the parameters of lambdas, the queries of a WITH clause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.types import Type
from localcloud.execution.athena.sql.values import Value


@dataclass(frozen=True)
class Field:
    """A column that a query can name: by `name`, or by `relation` and `name`. Both in lower case.

    `hidden` columns are not part of `*`.
    """

    relation: str
    name: str
    value: Value
    hidden: bool = False
    database: str = ""


@dataclass(frozen=True)
class Columns:
    """The result columns of a compiled query: (name, type), which are c0, c1, … in its SQL."""

    sql: str
    columns: tuple[tuple[str, Type], ...]


@dataclass(frozen=True)
class Scope:
    """The names that an expression can use. `parent` is the scope around a subquery."""

    fields: Sequence[Field] = ()
    parent: Scope | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def with_parameters(self, parameters: Mapping[str, Value]) -> Scope:
        """Return the scope of a lambda's body."""
        return Scope(self.fields, self.parent, {**self.parameters, **parameters})

    def find(self, parts: Sequence[str]) -> tuple[Value, list[str]] | None:
        """Return the value of a dotted name, and the parts that are fields of rows. None if it is unknown."""
        if parts[0] in self.parameters:
            return self.parameters[parts[0]], list(parts[1:])
        for length in (3, 2, 1):
            if len(parts) >= length:
                found = [f.value for f in self.fields if self._matches(f, parts[:length])]
                if len(found) > 1:
                    raise QueryError("AMBIGUOUS_NAME", f"Column '{'.'.join(parts)}' is ambiguous")
                if found:
                    return found[0], list(parts[length:])
        return self.parent.find(parts) if self.parent else None

    @staticmethod
    def _matches(candidate: Field, parts: Sequence[str]) -> bool:
        whole = (candidate.database, candidate.relation, candidate.name)
        return tuple(parts) == whole[3 - len(parts) :] and all(parts)

    def names(self) -> list[str]:
        """Return the names of all columns in scope."""
        own = [f.name for f in self.fields if not f.hidden]
        return own + (self.parent.names() if self.parent else [])


class Table:
    """A catalog table: its name in DuckDB's SQL, and its columns; `hidden` ones are not part of `*`.

    A view has a `query`, whose unqualified names are tables of `database`.
    """

    def __init__(
        self,
        sql: str,
        columns: dict[str, Type],
        hidden: dict[str, Type] | None = None,
        query: exp.Expr | None = None,
        database: str = "",
    ) -> None:
        self.sql = sql
        self.columns = columns
        self.hidden = hidden or {}
        self.query = query
        self.database = database


Catalog = Callable[[str, str], Table]
"""(database, table) → the table; raises QueryError if there is none."""
