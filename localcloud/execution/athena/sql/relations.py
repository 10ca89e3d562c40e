"""FROM clauses: tables, subqueries, joins, UNNEST and VALUES."""

from __future__ import annotations

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.expressions import Expressions, only
from localcloud.execution.athena.sql.interfaces import Queries
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.scope import Field, Scope
from localcloud.execution.athena.sql.types import BIGINT, Type, common
from localcloud.execution.athena.sql.values import Value, coerce


def quote(name: str) -> str:
    """Return an identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def star(node: exp.Expr, scope: Scope) -> list[tuple[str, Value]]:
    """Return the columns of `*` or `relation.*`."""
    if isinstance(node, exp.Star):
        only(node)
        relation = None
    else:
        relation = node.parts[-2].name.lower() if isinstance(node, exp.Column) else ""
    found = [
        (field.name, field.value)
        for field in scope.fields
        if not field.hidden and relation in (None, field.relation)
    ]
    if not found:
        raise QueryError("SYNTAX_ERROR", "SELECT * not allowed in queries without FROM clause")
    return found


class Relations:
    """Compiles FROM clauses for a compiler of queries."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def compile(self, select: exp.Select, parent: Scope | None) -> tuple[str, list[Field]]:
        """Return the SQL after FROM, and the columns that the query can name."""
        clause = select.args.get("from_")
        if not clause:
            return "", []
        sql, fields = self._relation(clause.this, parent, [])
        for join in [*(clause.this.args.get("joins") or []), *(select.args.get("joins") or [])]:
            sql, fields = self._join(sql, fields, join, parent)
        return sql, fields

    def _relation(self, node: exp.Expr, parent: Scope | None, before: list[Field]) -> tuple[str, list[Field]]:
        if isinstance(node, exp.Table):
            return self._table(node)
        if isinstance(node, exp.Unnest):
            return self._unnest(node, parent, before)
        if isinstance(node, exp.Subquery | exp.Values):
            if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
                sql, fields = self._relation(node.this, parent, before)
                for join in node.this.args.get("joins") or []:
                    sql, fields = self._join(sql, fields, join, parent)
                return sql, fields
            query: exp.Expr = node
            if isinstance(node, exp.Subquery):
                only(node, "this", "alias", "joins")
                query = node.this
            found = self._queries.compile(query, parent)
            name = self._queries.fresh()
            columns = [
                (column, Value(f"{name}.c{i}", kind)) for i, (column, kind) in enumerate(found.columns)
            ]
            return f"({found.sql}) AS {name}", self._fields(node, "", columns)
        raise unsupported(f"{node.key.upper()} in FROM")

    def _fields(
        self, node: exp.Expr, own: str, columns: list[tuple[str, Value]], database: str = ""
    ) -> list[Field]:
        alias = node.args.get("alias")
        relation = (alias.name if alias else own).lower()
        names = [column.name.lower() for column in alias.columns] if alias else []
        if names and len(names) != len(columns):
            raise QueryError(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(names)} entries but '{relation}' has {len(columns)} columns",
            )
        return [
            Field(
                relation, names[index] if names else name.lower(), value, database="" if alias else database
            )
            for index, (name, value) in enumerate(columns)
        ]

    def _table(self, node: exp.Table) -> tuple[str, list[Field]]:
        only(node, "this", "db", "catalog", "alias", "joins")
        if not isinstance(node.this, exp.Identifier):
            raise unsupported("table function")
        name, alias = node.name.lower(), self._queries.fresh()
        if not node.db and name in self._queries.named:
            sql, columns = self._queries.named[name]
            values = [(column, Value(f"{alias}.c{i}", kind)) for i, (column, kind) in enumerate(columns)]
            return f"{sql} AS {alias}", self._fields(node, name, values)
        if node.catalog and node.catalog.lower() != "awsdatacatalog":
            raise QueryError("CATALOG_NOT_FOUND", f"Catalog '{node.catalog}' not found")
        database = (node.db or self._queries.database).lower()
        table = self._queries.catalog(database, name)
        if table.query is not None:
            found = self._queries.compile_view(table.query, table.database, f"{database}.{name}")
            columns_of = [(n, Value(f"{alias}.c{i}", kind)) for i, (n, kind) in enumerate(found.columns)]
            return f"({found.sql}) AS {alias}", self._fields(node, name, columns_of, database)
        values = [(column, Value(f"{alias}.{quote(column)}", kind)) for column, kind in table.columns.items()]
        fields = self._fields(node, name, values, database)
        relation = fields[0].relation if fields else name
        fields += [
            Field(relation, column, Value(f"{alias}.{quote(column)}", kind), hidden=True)
            for column, kind in table.hidden.items()
        ]
        return f"{table.sql} AS {alias}", fields

    def _unnest(self, node: exp.Unnest, parent: Scope | None, before: list[Field]) -> tuple[str, list[Field]]:
        only(node, "expressions", "alias", "offset")
        expressions = Expressions(self._queries, Scope(before, parent))
        parts: list[tuple[str, list[tuple[str, Type]]]] = []
        for value in expressions.compile_all(node.expressions):
            parts += _unnested(value)
        items, columns = [], []
        for index, (sql, outputs) in enumerate(parts):
            items.append(f"unnest({sql}) AS u{index}")
            columns += [(path.format(f"u{index}"), kind) for path, kind in outputs]
        longest = ", ".join(f"len({sql})" for sql, _ in parts)
        alias, offset = self._queries.fresh(), node.args.get("offset")
        if offset:
            items.append(f"unnest(range(1, greatest({longest}) + 1)) AS n")
            columns.append(("n", BIGINT))
        inner = f"(SELECT {', '.join(items)}) AS {self._queries.fresh()}"
        outer = ", ".join(f"{path} AS c{index}" for index, (path, _) in enumerate(columns))
        values = [(f"_col{i}", Value(f"{alias}.c{i}", kind)) for i, (_, kind) in enumerate(columns)]
        table_alias = node.args.get("alias")
        if offset and isinstance(offset, exp.Expr) and table_alias and table_alias.columns:
            # sqlglot takes the last name of the alias list for the ordinality.
            table_alias.set("columns", [*table_alias.columns, exp.to_identifier(offset.name)])
            node.set("offset", True)
        return f"LATERAL (SELECT {outer} FROM {inner}) AS {alias}", self._fields(node, "", values)

    def _join(
        self, sql: str, fields: list[Field], join: exp.Join, parent: Scope | None
    ) -> tuple[str, list[Field]]:
        only(join, "this", "side", "kind", "on", "using", "method")
        if join.method:
            raise unsupported(f"{join.method} JOIN")
        side, kind = join.side.upper(), join.kind.upper()
        right, added = self._relation(join.this, parent, fields)
        for nested in join.this.args.get("joins") or [] if not isinstance(join.this, exp.Subquery) else []:
            raise unsupported(f"nested join {nested.sql()}")
        both = [*fields, *added]
        if kind == "CROSS" or not (join.args.get("on") or join.args.get("using")):
            if side or kind not in ("CROSS", ""):
                raise QueryError("SYNTAX_ERROR", "a join needs ON or USING")
            return f"{sql} CROSS JOIN {right}", both
        words = f"{side} JOIN" if side else "JOIN"
        if join.args.get("using"):
            return self._using(f"{sql} {words} {right}", side, join.args["using"], fields, added)
        on = Expressions(self._queries, Scope(both, parent)).condition(join.args["on"])
        return f"{sql} {words} {right} ON {on}", both

    @staticmethod
    def _using(
        sql: str, side: str, names: list[exp.Expr], left: list[Field], right: list[Field]
    ) -> tuple[str, list[Field]]:
        conditions, merged = [], []
        rest = [*left, *right]
        for identifier in names:
            name = identifier.name.lower()
            a, b = (next((f for f in side if f.name == name), None) for side in (left, right))
            kind = common(a.value.type, b.value.type) if a and b else None
            if a is None or b is None or kind is None:
                raise QueryError(
                    "COLUMN_NOT_FOUND", f"Column '{name}' of USING is missing from one side of the join"
                )
            x, y = coerce(a.value, kind), coerce(b.value, kind)
            conditions.append(operators.compare("=", x, y).sql)
            both = {"": x.sql, "LEFT": x.sql, "RIGHT": y.sql}.get(side, f"coalesce({x.sql}, {y.sql})")
            merged.append(Field("", name, Value(both, kind)))
            rest = [field for field in rest if field is not a and field is not b]
        return f"{sql} ON {' AND '.join(conditions)}", [*merged, *rest]


def _unnested(value: Value) -> list[tuple[str, list[tuple[str, Type]]]]:
    """Return for each list that UNNEST of a value reads its SQL and its columns: (path, type)."""
    if value.type.name == "map":
        keys, values = value.type.items
        return [
            (f"map_keys({value.sql})", [("{}", keys)]),
            (f"map_values({value.sql})", [("{}", values)]),
        ]
    if value.type.name != "array":
        raise QueryError("TYPE_MISMATCH", f"Cannot unnest type: {value.type}")
    element = value.type.element
    if element.name == "row":
        return [(value.sql, [(f"({{}}).f{i}", item) for i, item in enumerate(element.items)])]
    return [(value.sql, [("{}", element)])]
