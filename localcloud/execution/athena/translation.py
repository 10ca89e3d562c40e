"""Translation of Athena's SQL to DuckDB's, with corrections where sqlglot changes the meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.tokenizer_core import TokenType

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.types import MARK, Schema, decimal_of, infer, is_decimal

_JODA = {  # Joda's pattern → strftime's
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d",
    "HH": "%H", "H": "%-H", "hh": "%I", "mm": "%M", "ss": "%S", "SSS": "%g", "EEEE": "%A", "EEE": "%a",
    "E": "%a", "a": "%p", "D": "%j",
}  # fmt: skip

_MACROS = (  # functions that DuckDB lacks
    "at_timezone(t, z) AS timezone(z, t)",
    "infinity() AS CAST('Infinity' AS DOUBLE)",
    "day_of_year(d) AS dayofyear(d)",
    "to_iso8601(d) AS strftime(d, if(typeof(d) = 'DATE', '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S.%g'))",
)


def parse(sql: str, parameters: Sequence[str]) -> exp.Expr:
    """Parse the single statement in `sql`, with `parameters` in place of its question marks.

    Raises QueryError for a syntax error, several statements, or a wrong number of parameters.
    """
    try:
        filled = _with_parameters(sql, parameters)
        found = [statement for statement in sqlglot.parse(filled, read="athena") if statement is not None]
    except (ParseError, TokenError) as error:
        details = getattr(error, "errors", None)
        first = details[0] if details else {}
        place = f"line {first['line']}:{first['col']}: " if first.get("line") else ""
        raise QueryError("SYNTAX_ERROR", f"{place}{first.get('description') or error}") from error
    if len(found) != 1:
        raise QueryError("SYNTAX_ERROR", f"Only one sql statement is allowed. Got {len(found)}")
    return found[0]


def _with_parameters(sql: str, parameters: Sequence[str]) -> str:
    tokens = sqlglot.tokenize(sql, read="athena")
    marks = [token for token in tokens if token.token_type == TokenType.PLACEHOLDER]
    if len(marks) != len(parameters):
        raise QueryError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
        )
    for mark, value in reversed(list(zip(marks, parameters, strict=True))):
        sql = f"{sql[: mark.start]}({value}){sql[mark.end + 1 :]}"
    return sql


def qualify_tables(query: exp.Expr, database: str) -> list[tuple[str, str]]:
    """Qualify the catalog tables in `query`, in lower case, and return their (database, table) pairs."""
    found: dict[tuple[str, str], None] = {}
    for table in _catalog_tables(query):
        name = (table.db or database).lower(), table.name.lower()
        if not table.args.get("alias"):
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("catalog", None)
        table.set("db", exp.to_identifier(name[0], quoted=True))
        table.set("this", exp.to_identifier(name[1], quoted=True))
        found[name] = None
    return list(found)


def _catalog_tables(query: exp.Expr) -> Iterator[exp.Table]:
    for scope in traverse_scope(query):
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                yield source


def to_duckdb(query: exp.Expr, schema: Schema) -> str:
    """Return DuckDB's SQL with Athena's meaning. Changes `query`, whose tables must be qualified."""
    nodes = list(query.walk())
    for mark, node in enumerate(nodes):
        node.meta[MARK] = mark
    types = infer(query, schema)
    for mark in reversed(range(len(nodes))):  # Inner nodes first: each is replaced within its parent.
        replacement = _rewrite(nodes[mark], types)
        if replacement is not None:
            target = _with_clauses(nodes[mark])
            if target is query:
                query = replacement
            else:
                target.replace(replacement)
    return query.sql(dialect="duckdb")


def _with_clauses(node: exp.Expr) -> exp.Expr:
    """Return the node with its OVER or FILTER clause."""
    while isinstance(node.parent, exp.Window | exp.Filter) and node.parent.this is node:
        node = node.parent
    return node


def _rewrite(node: exp.Expr, types: dict[int, exp.DataType]) -> exp.Expr | None:
    """Return the expression that gives a node Athena's meaning in DuckDB, or None to keep the node."""
    kind = types.get(node.meta.get(MARK, -1))
    if isinstance(node, exp.Div):
        return _rewrite_division(node, types)
    if isinstance(node, exp.Avg) and kind is not None and is_decimal(kind):
        return exp.cast(_with_clauses(node).copy(), kind)
    shifts = isinstance(node, exp.Add | exp.Sub) and isinstance(node.expression, exp.Interval)
    if isinstance(node, exp.DateTrunc | exp.TimestampTrunc | exp.DateAdd) or shifts:
        of = types.get(node.this.meta.get(MARK, -1))
        if of is not None and of.is_type(exp.DataType.Type.DATE):
            return exp.cast(node.copy(), exp.DataType.build("DATE"))
    if isinstance(node, exp.Anonymous) and node.name.lower() == "format_datetime":
        return _rewrite_format_datetime(node)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "any_match":
        values, condition = (part.copy() for part in node.expressions)
        matching = exp.ArraySize(this=exp.ArrayFilter(this=values, expression=condition))
        return exp.Paren(this=exp.GT(this=matching, expression=exp.Literal.number(0)))
    return None


def _rewrite_division(node: exp.Div, types: dict[int, exp.DataType]) -> exp.Expr | None:
    """Return Athena's division: decimals keep the larger scale, rounded; a double by zero is infinite.

    Returns None for integers: DuckDB's `integer_division` truncates and fails by zero, as Athena does.
    """
    left, right = (types.get(part.meta.get(MARK, -1)) for part in (node.this, node.expression))
    a, b = decimal_of(left), decimal_of(right)
    divisor = node.expression.copy()
    if (is_decimal(left) or is_decimal(right)) and a is not None and b is not None:
        quotient = exp.Div(this=exp.cast(node.this.copy(), "DOUBLE"), expression=divisor)
        scale = exp.Literal.number(max(a.scale, b.scale))
        rounded = exp.func("ROUND", quotient, scale)
        return exp.cast(rounded, exp.DataType.build(f"DECIMAL(38, {max(a.scale, b.scale)})"))
    doubles = [kind for kind in (left, right) if kind is not None and kind.is_type("double", "float")]
    if not doubles:
        return None
    infinite = exp.Mul(this=exp.cast(node.this.copy(), "DOUBLE"), expression=exp.cast("'Infinity'", "DOUBLE"))
    zero = exp.EQ(this=divisor, expression=exp.Literal.number(0))
    finite = exp.Div(this=node.this.copy(), expression=divisor.copy())
    return exp.Paren(this=exp.Case(ifs=[exp.If(this=zero, true=infinite)], default=finite))


def _rewrite_format_datetime(node: exp.Anonymous) -> exp.Expr:
    value, pattern = node.expressions
    if not pattern.is_string:
        raise QueryError("NOT_SUPPORTED", "format_datetime needs a literal pattern in local queries")
    return exp.func("STRFTIME", value.copy(), exp.Literal.string(_strftime(pattern.name)), dialect="duckdb")


def _strftime(pattern: str) -> str:
    """Return strftime's form of a Joda pattern. Raises QueryError for letters without a counterpart."""
    out, at = [], 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "'":
            end = pattern.index("'", at + 1)
            out.append(pattern[at + 1 : end])
            at = end + 1
            continue
        end = at
        while end < len(pattern) and pattern[end] == letter:
            end += 1
        run = pattern[at:end]
        if letter.isalpha() and run not in _JODA:
            raise QueryError("NOT_SUPPORTED", f"format_datetime: '{run}' is not supported locally")
        out.append(_JODA.get(run, run))
        at = end
    return "".join(out)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Set Athena's settings on a connection, and define the functions that DuckDB lacks."""
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET integer_division = true")
    for macro in _MACROS:
        connection.execute(f"CREATE MACRO {macro}")
