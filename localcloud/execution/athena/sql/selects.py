"""Compilation of whole queries: WITH, SELECT, set operations, VALUES, ORDER BY and LIMIT."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql import interfaces
from localcloud.execution.athena.sql.aggregates.compile import Aggregates, order_by
from localcloud.execution.athena.sql.expressions import Expressions, only
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.ordering import (
    as_output,
    as_types,
    check_ambiguity,
    groupable,
    has_ties,
    limits,
    ordinal,
)
from localcloud.execution.athena.sql.relations import Relations, star
from localcloud.execution.athena.sql.scope import Catalog, Columns, Field, Scope
from localcloud.execution.athena.sql.types import BOOLEAN, ZONED, Type, common
from localcloud.execution.athena.sql.values import Value, coerce, unify


class QueryCompiler:
    """Compiles the queries of one statement. `catalog` finds its tables, `now` is when it began, in UTC."""

    def __init__(self, catalog: Catalog, database: str, now: dt.datetime) -> None:
        self.catalog = catalog
        self.database = database
        self.now = now
        self.aggregates = Aggregates()
        self.relations = Relations(self)
        self.named: dict[str, tuple[str, tuple[tuple[str, Type], ...]]] = {}
        """Queries of WITH clauses in scope: name → (name in SQL, columns)."""
        self._numbers = itertools.count(1)
        self._views: list[str] = []

    def fresh(self) -> str:
        """Return a new name for a relation."""
        return f"q{next(self._numbers)}"

    def compile(self, query: exp.Expr, parent: Scope | None = None) -> Columns:
        """Return a compiled query. Raises QueryError for what is wrong or not supported."""
        saved, prefix = dict(self.named), self._with(query, parent)
        if isinstance(query, exp.Select):
            found = self._select(query, parent)
        elif isinstance(query, exp.SetOperation):
            found = self._set_operation(query, parent)
        elif isinstance(query, exp.Values):
            found = self._values(query, parent)
        elif isinstance(query, exp.Subquery):
            only(query, "this", "order", "limit", "offset", "with_")
            inner = self.compile(query.this, parent)
            found = Columns(
                f"SELECT * FROM ({inner.sql}){self._tail(query, inner.columns, parent)}", inner.columns
            )
        else:
            raise unsupported(f"{query.key.upper()} query")
        self.named = saved
        return Columns(prefix + found.sql, found.columns)

    def compile_view(self, query: exp.Expr, database: str, name: str) -> Columns:
        """Return the compiled query of a view. Raises QueryError for a view that uses itself."""
        if name in self._views:
            raise QueryError("INVALID_VIEW", f"View '{name}' is recursive")
        inner = QueryCompiler(self.catalog, database, self.now)
        inner._numbers, inner._views = self._numbers, [*self._views, name]
        return inner.compile(query)

    def _with(self, query: exp.Expr, parent: Scope | None) -> str:
        clause = query.args.get("with_")
        if not clause:
            return ""
        if clause.args.get("recursive"):
            raise unsupported("WITH RECURSIVE")
        parts = []
        for cte in clause.expressions:
            only(cte, "this", "alias")
            inner = self.compile(cte.this, parent)
            names = [column.name.lower() for column in cte.args["alias"].columns]
            if names and len(names) != len(inner.columns):
                raise QueryError(
                    "MISMATCHED_COLUMN_ALIASES", f"Column alias list of {cte.alias} does not fit"
                )
            columns = tuple(
                (names[index] if names else name, kind) for index, (name, kind) in enumerate(inner.columns)
            )
            sql = self.fresh()
            parts.append(f"{sql} AS ({inner.sql})")
            self.named[cte.alias.lower()] = (sql, columns)
        return f"WITH {', '.join(parts)} "

    def _values(self, query: exp.Values, parent: Scope | None) -> Columns:
        only(query, "expressions", "alias", "order", "limit", "offset", "with_")
        expressions = Expressions(self, Scope(parent=parent))
        rows = [
            expressions.compile_all(item.expressions if isinstance(item, exp.Tuple) else [item])
            for item in query.expressions
        ]
        if any(len(items) == 1 and items[0].type.name == "row" for items in rows):
            raise unsupported("VALUES of rows with field names or as functions")
        if len({len(items) for items in rows}) != 1:
            raise QueryError("TYPE_MISMATCH", "Values rows have mismatched sizes")
        columns = [unify(list(items), "values of a column") for items in zip(*rows, strict=True)]
        kinds = tuple((f"_col{index}", items[0].type) for index, items in enumerate(columns))
        lines = [f"({', '.join(items[index].sql for items in columns)})" for index in range(len(rows))]
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        sql = f"SELECT * FROM (VALUES {', '.join(lines)}) AS {self.fresh()}({names})"
        return Columns(sql + self._tail(query, kinds, parent), kinds)

    def _set_operation(self, query: exp.SetOperation, parent: Scope | None) -> Columns:
        only(query, "this", "expression", "distinct", "order", "limit", "offset", "with_")
        left, right = self.compile(query.left, parent), self.compile(query.right, parent)
        if len(left.columns) != len(right.columns):
            raise QueryError(
                "TYPE_MISMATCH", f"{query.key.upper()} queries have different numbers of columns"
            )
        kinds = []
        for (name, a), (_, b) in zip(left.columns, right.columns, strict=True):
            kind = common(a, b)
            if kind is None:
                raise QueryError(
                    "TYPE_MISMATCH",
                    f"column {name} in {query.key.upper()} query has incompatible types: {a}, {b}",
                )
            kinds.append((name, kind))
        if query.args.get("distinct"):
            for _, kind in kinds:
                groupable(Value("", kind))
        words = f"{query.key.upper()}{'' if query.args.get('distinct') else ' ALL'}"
        sides = [as_types(self.fresh(), side, [kind for _, kind in kinds]) for side in (left, right)]
        sql = f"SELECT * FROM ({sides[0]} {words} {sides[1]}) AS {self.fresh()}"
        return Columns(sql + self._tail(query, tuple(kinds), parent), tuple(kinds))

    def _tail(self, query: exp.Expr, columns: Sequence[tuple[str, Type]], parent: Scope | None) -> str:
        """Return ORDER BY and LIMIT of a query that is not a SELECT: over its result columns alone."""
        outputs = [Value(f"c{index}", kind) for index, (_, kind) in enumerate(columns)]
        scope = Scope([Field("", name, v) for (name, _), v in zip(columns, outputs, strict=True)], parent)
        order = self._order(query, Expressions(self, scope), outputs)
        if has_ties(query):
            raise unsupported("FETCH FIRST … WITH TIES outside of a SELECT")
        return (f" ORDER BY {', '.join(order)}" if order else "") + limits(query)

    def _order(
        self, query: exp.Expr, expressions: interfaces.Expressions, outputs: Sequence[Value]
    ) -> list[str]:
        clause = query.args.get("order")
        if not clause:
            return []
        only(clause, "expressions")
        return [order_by(item, ordinal(item.this, expressions, outputs)) for item in clause.expressions]

    def _select(self, query: exp.Select, parent: Scope | None) -> Columns:
        only(
            query, "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset",
            "distinct", "windows", "with_", "kind", "laterals",
        )  # fmt: skip
        if query.args.get("kind") or query.args.get("laterals") or not query.expressions:
            raise unsupported("this form of SELECT")
        source, fields = self.relations.compile(query, parent)
        windows = {window.name.lower(): window for window in query.args.get("windows") or []}
        expressions = Expressions(self, Scope(fields, parent), windows)
        items = self._items(query, expressions)
        clauses = f" FROM {source}" if source else ""
        if query.args.get("where"):
            clauses += f" WHERE {expressions.condition(query.args['where'].this)}"
        clauses += self._group(query, expressions, [value for _, value in items])
        if query.args.get("having"):
            clauses += f" HAVING {expressions.condition(query.args['having'].this)}"
        distinct = bool(query.args.get("distinct"))
        if distinct:
            only(query.args["distinct"])
            for _, value in items:
                groupable(value)
        sql = self._assemble(query, expressions, items, clauses, distinct)
        return Columns(sql, tuple((name, value.type) for name, value in items))

    def _assemble(
        self,
        query: exp.Select,
        expressions: Expressions,
        items: list[tuple[str, Value]],
        clauses: str,
        distinct: bool,
    ) -> str:
        """Return the SQL of a SELECT, with ORDER BY over its aliases and its source, and its limits."""
        selected = ", ".join(f"{value.sql} AS c{index}" for index, (_, value) in enumerate(items))
        aliases = (
            {
                item.alias.lower(): value
                for item, (_, value) in zip(query.expressions, items, strict=False)
                if isinstance(item, exp.Alias)
            }
            if len(query.expressions) == len(items)
            else {}
        )
        ordering = expressions.within(expressions.scope.with_parameters(aliases))
        check_ambiguity(query, [name for name, _ in items])
        order = self._order(query, ordering, [value for _, value in items])
        if distinct and order:
            # DuckDB orders the distinct rows: each item must be one of the columns.
            order = [as_output(item, items) for item in order]
        body = f"SELECT {'DISTINCT ' if distinct else ''}{selected}{clauses}"
        if not has_ties(query):
            return body + (f" ORDER BY {', '.join(order)}" if order else "") + limits(query)
        if not order or distinct or query.args.get("offset") or not query.args["limit"].args.get("count"):
            raise unsupported("FETCH FIRST … WITH TIES with DISTINCT or OFFSET, or without ORDER BY")
        keys = [item.rsplit(" NULLS ", 1)[0].rsplit(" ", 1)[0] for item in order]
        hidden = ", ".join(f"{key} AS o{index}" for index, key in enumerate(keys))
        again = ", ".join(
            f"o{index}{item[len(key) :]}" for index, (key, item) in enumerate(zip(keys, order, strict=True))
        )
        names = ", ".join(f"c{index}" for index in range(len(items)))
        count = query.args["limit"].args["count"].name
        inner = f"SELECT {selected}, {hidden}{clauses}"
        return (
            f"SELECT {names} FROM ({inner}) AS {self.fresh()}"
            f" QUALIFY rank() OVER (ORDER BY {again}) <= {count} ORDER BY {again}"
        )

    def _items(self, query: exp.Select, expressions: Expressions) -> list[tuple[str, Value]]:
        items: list[tuple[str, Value]] = []
        for node in query.expressions:
            if isinstance(node, exp.Star) or (
                isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
            ):
                items += star(node, expressions.scope)
                continue
            if isinstance(node, exp.Alias):
                items.append((node.alias, expressions.compile(node.this)))
                continue
            value = expressions.compile(node)
            named = isinstance(node, exp.Column | exp.Dot)
            items.append((node.name.lower() if named else f"_col{len(items)}", value))
        return items

    def _group(self, query: exp.Select, expressions: interfaces.Expressions, outputs: list[Value]) -> str:
        clause = query.args.get("group")
        if not clause:
            return ""
        only(clause, "expressions")
        parts = [self._group_item(node, expressions, outputs) for node in clause.expressions]
        return f" GROUP BY {', '.join(parts)}"

    def _group_item(self, node: exp.Expr, expressions: interfaces.Expressions, outputs: list[Value]) -> str:
        for kind, word in ((exp.Rollup, "ROLLUP"), (exp.Cube, "CUBE"), (exp.GroupingSets, "GROUPING SETS")):
            if isinstance(node, kind):
                only(node, "expressions")
                inner = [self._group_item(item, expressions, outputs) for item in node.expressions]
                return f"{word} ({', '.join(inner)})"
        if isinstance(node, exp.Tuple):
            return f"({', '.join(self._group_item(item, expressions, outputs) for item in node.expressions)})"
        if isinstance(node, exp.Paren):
            return f"({self._group_item(node.this, expressions, outputs)})"
        value = ordinal(node, expressions, outputs)
        if value.is_constant:
            raise unsupported("GROUP BY a constant")
        return groupable(value)

    def scalar(self, expressions: interfaces.Expressions, query: exp.Expr) -> Value:
        """Return a subquery in place of a value."""
        found = self.compile(query, expressions.scope)
        if len(found.columns) != 1:
            raise unsupported("a subquery with several columns in place of a value")
        return Value(f"({found.sql})", found.columns[0][1])

    def exists(self, expressions: interfaces.Expressions, query: exp.Expr) -> Value:
        """Return EXISTS (query)."""
        return Value(f"EXISTS ({self.compile(query.unnest(), expressions.scope).sql})", BOOLEAN)

    def in_query(self, expressions: interfaces.Expressions, node: exp.In) -> Value:
        """Return `x IN (query)`."""
        return self._any(expressions.compile(node.this), "=", node.args["query"].unnest(), expressions)

    def quantified(self, expressions: interfaces.Expressions, symbol: str, node: exp.Binary) -> Value:
        """Return `x = ANY (query)` and its like."""
        quantifier = node.expression
        inner = quantifier.this.unnest()
        if not isinstance(inner, exp.Query) or isinstance(quantifier, exp.All):
            raise unsupported("ALL (…)" if isinstance(quantifier, exp.All) else "ANY of a value")
        return self._any(expressions.compile(node.this), symbol, inner, expressions)

    def _any(self, value: Value, symbol: str, query: exp.Expr, expressions: interfaces.Expressions) -> Value:
        found = self.compile(query, expressions.scope)
        if len(found.columns) != 1:
            raise unsupported("IN with a subquery of several columns")
        kind = common(value.type, found.columns[0][1])
        if kind is None:
            raise QueryError("TYPE_MISMATCH", f"Cannot compare {value.type} with {found.columns[0][1]}")
        if kind.is_floating or kind.name == ZONED:
            raise unsupported(f"IN with a subquery of {kind}")
        sql = operators.comparable(coerce(value, kind))
        return Value(f"({sql} {symbol} ANY ({as_types(self.fresh(), found, [kind])}))", BOOLEAN)
