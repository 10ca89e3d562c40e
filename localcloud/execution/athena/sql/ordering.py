"""ORDER BY, LIMIT and grouping keys."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql import interfaces
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.scope import Columns
from localcloud.execution.athena.sql.types import ZONED, Type
from localcloud.execution.athena.sql.values import Value, coerce


def groupable(value: Value) -> str:
    """Return the SQL of a value by which rows are grouped. Raises QueryError for types that cannot be."""
    if value.type.name == ZONED:
        raise unsupported(f"GROUP BY or DISTINCT of {value.type}")
    if value.type.name in ("array", "row"):
        for item in value.type.items:
            groupable(Value("", item))
        return value.sql
    return operators.comparable(value)


def as_output(item: str, items: Sequence[tuple[str, Value]]) -> str:
    for index, (_, value) in enumerate(items):
        if item.startswith(f"{value.sql} "):
            return f"{index + 1}{item[len(value.sql) :]}"
    raise QueryError(
        "EXPRESSION_NOT_IN_DISTINCT", "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
    )


def has_ties(query: exp.Expr) -> bool:
    limit = query.args.get("limit")
    options = limit.args.get("limit_options") if isinstance(limit, exp.Fetch) else None
    return bool(options and options.args.get("with_ties"))


def limits(query: exp.Expr) -> str:
    sql, limit, offset = "", query.args.get("limit"), query.args.get("offset")
    if isinstance(limit, exp.Fetch):
        options = limit.args.get("limit_options")
        if options and options.args.get("percent"):
            raise unsupported("FETCH … PERCENT")
        if limit.args.get("count") is None:
            raise unsupported("FETCH without a number of rows")
        sql += f" LIMIT {_count(limit.args.get('count'))}"
    elif limit:
        sql += f" LIMIT {_count(limit.expression)}"
    return sql + (f" OFFSET {_count(offset.expression)}" if offset else "")


def _count(node: exp.Expr | None) -> str:
    node = node.this if isinstance(node, exp.Paren) else node
    if node is None:
        return "1"
    if isinstance(node, exp.Column) and node.name.lower() == "all":
        return "ALL"
    if not (isinstance(node, exp.Literal) and node.name.isdigit()):
        raise unsupported("a LIMIT that is not an integer literal")
    return node.name


def as_types(alias: str, side: Columns, kinds: Sequence[Type]) -> str:
    """Return a query in parentheses whose columns are coerced to `kinds`."""
    items = [
        f"{coerce(Value(f'c{index}', own), kind).sql} AS c{index}"
        for index, ((_, own), kind) in enumerate(zip(side.columns, kinds, strict=True))
    ]
    return f"(SELECT {', '.join(items)} FROM ({side.sql}) AS {alias})"


def check_ambiguity(query: exp.Expr, names: Sequence[str]) -> None:
    """Raise QueryError if ORDER BY names a result column that there is twice."""
    order = query.args.get("order")
    for item in order.expressions if order else []:
        column = item.this
        if isinstance(column, exp.Column) and len(column.parts) == 1:
            name = column.name.lower()
            if [known.lower() for known in names].count(name) > 1:
                raise QueryError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")


def ordinal(node: exp.Expr, expressions: interfaces.Expressions, outputs: Sequence[Value]) -> Value:
    """Return the result column that a number names, or the compiled expression."""
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        if not 1 <= int(node.name) <= len(outputs):
            raise QueryError(
                "INVALID_COLUMN_REFERENCE", f"ORDER BY position {node.name} is not in select list"
            )
        return outputs[int(node.name) - 1]
    return expressions.compile(node)
