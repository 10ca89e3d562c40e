"""Compilation of one expression, by the kind of its node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.functions import compile_call
from localcloud.execution.athena.sql.interfaces import Queries
from localcloud.execution.athena.sql.operators import arithmetic as operators
from localcloud.execution.athena.sql.operators import parts, temporal
from localcloud.execution.athena.sql.operators.access import (
    check_escape,
    field_of,
    hex_literal,
    number_literal,
    row_of,
    subscript,
)
from localcloud.execution.athena.sql.operators.casts import cast
from localcloud.execution.athena.sql.scope import Scope
from localcloud.execution.athena.sql.types import (
    BOOLEAN,
    UNKNOWN,
    ZONED,
    array,
    parse_type,
)
from localcloud.execution.athena.sql.values import (
    Value,
    coerce,
    literal,
    null,
    string_constant,
    unify,
)

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%",
}  # fmt: skip


def only(node: exp.Expr, *known: str) -> None:
    """Raise QueryError if a node has a part that the compiler does not read."""
    for name, value in node.args.items():
        if value and name not in known:
            raise unsupported(f"{node.key.upper()} with {name.strip('_').replace('_', ' ')}")


class Expressions:
    """Compiles expressions in one scope. `queries` compiles their subqueries, `now` is the session's time."""

    def __init__(self, queries: Queries, scope: Scope, windows: dict[str, exp.Window] | None = None) -> None:
        self.queries = queries
        self.scope = scope
        self.windows = windows or {}

    def within(self, scope: Scope) -> Expressions:
        """Return a compiler of expressions in another scope."""
        return Expressions(self.queries, scope, self.windows)

    def compile(self, node: exp.Expr) -> Value:
        """Return the compiled expression. Raises QueryError for what is wrong or not supported."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise unsupported(f"{node.key.upper()} expression")
        return handler(self, node)

    def compile_all(self, nodes: Sequence[exp.Expr]) -> list[Value]:
        """Return several compiled expressions."""
        return [self.compile(node) for node in nodes]

    def condition(self, node: exp.Expr) -> str:
        """Return the SQL of a boolean expression."""
        value = self.compile(node)
        if value.type not in (BOOLEAN, UNKNOWN):
            raise QueryError("TYPE_MISMATCH", f"a condition must be boolean, not {value.type}")
        return coerce(value, BOOLEAN).sql

    def column(self, node: exp.Column) -> Value:
        parts = [part.name.lower() for part in node.parts]
        found = self.scope.find(parts)
        if found is None:
            known = ", ".join(sorted(set(self.scope.names()))) or "none"
            raise QueryError(
                "COLUMN_NOT_FOUND", f"Column '{'.'.join(parts)}' cannot be resolved. Known columns: {known}"
            )
        value, rest = found
        for name in rest:
            value = field_of(value, name)
        return value

    def identifier(self, node: exp.Identifier) -> Value:
        return self.column(exp.Column(this=node))

    def dot(self, node: exp.Dot) -> Value:
        return field_of(self.compile(node.this), node.expression.name.lower())

    def binary(self, node: exp.Binary) -> Value:
        only(node, "this", "expression", "typed", "safe")
        return operators.arithmetic(ARITHMETIC[type(node)], *self.compile_all([node.this, node.expression]))

    def comparison(self, node: exp.Binary) -> Value:
        only(node, "this", "expression")
        if type(node.this) in COMPARISONS:
            raise QueryError("SYNTAX_ERROR", f"mismatched input '{COMPARISONS[type(node)]}'")
        if isinstance(node.expression, exp.Any | exp.All):
            return self.queries.quantified(self, COMPARISONS[type(node)], node)
        return operators.compare(COMPARISONS[type(node)], *self.compile_all([node.this, node.expression]))

    def distinct_from(self, node: exp.Binary) -> Value:
        same = isinstance(node, exp.NullSafeEQ)
        left, right = unify(self.compile_all([node.this, node.expression]), "IS DISTINCT FROM")
        a, b = operators.comparable(left), operators.comparable(right)
        return Value(f"({a} IS {'NOT ' if same else ''}DISTINCT FROM {b})", BOOLEAN)

    def connector(self, node: exp.Connector) -> Value:
        symbol = "AND" if isinstance(node, exp.And) else "OR"
        return operators.connect(symbol, self.condition(node.this), self.condition(node.expression))

    def inversion(self, node: exp.Not) -> Value:
        return Value(f"(NOT {self.condition(node.this)})", BOOLEAN)

    def is_(self, node: exp.Is) -> Value:
        value = self.compile(node.this)
        if isinstance(node.expression, exp.Null):
            sql = f"({value.sql}).t" if value.type.name == ZONED else value.sql
            return Value(f"({sql} IS NULL)", BOOLEAN)
        raise QueryError("SYNTAX_ERROR", "mismatched input after IS. Expecting: 'DISTINCT', 'NOT', 'NULL'")

    def between(self, node: exp.Between) -> Value:
        only(node, "this", "low", "high")
        value, low, high = self.compile_all([node.this, node.args["low"], node.args["high"]])
        a, b = operators.compare(">=", value, low), operators.compare("<=", value, high)
        return Value(f"({a.sql} AND {b.sql})", BOOLEAN)

    def in_(self, node: exp.In) -> Value:
        only(node, "this", "expressions", "query")
        if node.args.get("query"):
            return self.queries.in_query(self, node)
        if not node.expressions:
            raise QueryError("SYNTAX_ERROR", "mismatched input ')'")
        value, *options = unify(self.compile_all([node.this, *node.expressions]), "values of IN")
        if value.type.is_floating:
            tests = [operators.compare("=", value, option).sql for option in options]
            return Value(f"({' OR '.join(tests)})", BOOLEAN)
        listed = ", ".join(operators.comparable(option) for option in options)
        return Value(f"({operators.comparable(value)} IN ({listed}))", BOOLEAN)

    def like(self, node: exp.Like, escape: str = "") -> Value:
        only(node, "this", "expression", "negate")
        value, pattern = self.compile_all([node.this, node.expression])
        if value.type.name not in ("varchar", "unknown") or pattern.type.name not in ("varchar", "unknown"):
            raise QueryError("TYPE_MISMATCH", f"LIKE of {value.type} and {pattern.type}")
        tail = f" ESCAPE {literal(escape).sql}" if escape else ""
        operator = "NOT LIKE" if node.args.get("negate") else "LIKE"
        return Value(
            f"(CAST({value.sql} AS VARCHAR) {operator} CAST({pattern.sql} AS VARCHAR){tail})", BOOLEAN
        )

    def escape(self, node: exp.Escape) -> Value:
        if not isinstance(node.this, exp.Like):
            raise unsupported("ESCAPE of this expression")
        escape = string_constant(self.compile(node.expression), "an ESCAPE")
        check_escape(escape, node.this.expression)
        return self.like(node.this, escape)

    def case(self, node: exp.Case) -> Value:
        only(node, "this", "ifs", "default")
        subject = self.compile(node.this) if node.this else None
        conditions = []
        for branch in node.args["ifs"]:
            if subject is None:
                conditions.append(self.condition(branch.this))
            else:
                conditions.append(operators.compare("=", subject, self.compile(branch.this)).sql)
        results = [self.compile(branch.args["true"]) for branch in node.args["ifs"]]
        default = node.args.get("default")
        *chosen, last = unify([*results, self.compile(default) if default else null()], "results of CASE")
        whens = " ".join(f"WHEN {c} THEN {v.sql}" for c, v in zip(conditions, chosen, strict=True))
        return Value(f"CASE {whens} ELSE {last.sql} END", last.type)

    def if_(self, node: exp.If) -> Value:
        only(node, "this", "true", "false")
        condition = self.condition(node.this)
        other = node.args.get("false")
        yes, no = unify(
            [self.compile(node.args["true"]), self.compile(other) if other else null()], "results of IF"
        )
        return Value(f"CASE WHEN {condition} THEN {yes.sql} ELSE {no.sql} END", yes.type)

    def cast(self, node: exp.Cast) -> Value:
        only(node, "this", "to", "safe")
        found = cast(self.compile(node.this), parse_type(node.args["to"]))
        if isinstance(node, exp.TryCast):
            return Value(f"TRY({found.sql})", found.type)
        return found

    def concat(self, node: exp.DPipe) -> Value:
        only(node, "this", "expression", "safe")
        return operators.concatenate(*self.compile_all([node.this, node.expression]))

    def array(self, node: exp.Array) -> Value:
        only(node, "expressions")
        items = self.compile_all(node.expressions)
        if not items:
            return Value("CAST([] AS INTEGER[])", array(UNKNOWN))
        items = unify(items, "elements of ARRAY")
        return Value(f"[{', '.join(item.sql for item in items)}]", array(items[0].type))

    def bracket(self, node: exp.Bracket) -> Value:
        only(node, "this", "expressions")
        return subscript(self.compile(node.this), self.compile(node.expressions[0]))

    def extract(self, node: exp.Extract) -> Value:
        name, value = node.this.name.lower(), self.compile(node.expression)
        found = parts.part(name, value) if name != "millisecond" else None
        if found is None:
            raise QueryError("TYPE_MISMATCH", f"Cannot extract {name} from {value.type}")
        return found

    def interval(self, node: exp.Interval) -> Value:
        only(node, "this", "unit")
        return temporal.interval_node(node)

    def at_time_zone(self, node: exp.AtTimeZone) -> Value:
        return self.call("at_timezone", [node.this, node.args["zone"]])

    def call(self, name: str, arguments: Sequence[exp.Expr]) -> Value:
        """Return a compiled function call."""
        return compile_call(self, name.lower(), arguments)

    def anonymous(self, node: exp.Anonymous) -> Value:
        return self.call(str(node.this), node.expressions)

    def trim(self, node: exp.Trim) -> Value:
        only(node, "this", "position", "expression")
        side = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(
            str(node.args.get("position") or "").upper(), "trim"
        )
        return self.call(side, [part for part in (node.this, node.expression) if part])

    def normalize(self, node: exp.Normalize) -> Value:
        only(node, "this", "form")
        form = node.args.get("form")
        return self.call("normalize", [node.this, exp.Literal.string(form.name.upper() if form else "NFC")])

    def position(self, node: exp.StrPosition) -> Value:
        only(node, "this", "substr")
        return self.call("strpos", [node.this, node.args["substr"]])

    def current(self, node: exp.Expr) -> Value:
        only(node)
        return temporal.current(node, self.queries.now)

    def binary_literal(self, node: exp.HexString) -> Value:
        return hex_literal(str(node.this))

    def subquery(self, node: exp.Subquery) -> Value:
        only(node, "this")
        return self.queries.scalar(self, node.this)

    def exists(self, node: exp.Exists) -> Value:
        return self.queries.exists(self, node.this)

    def windowed(self, node: exp.Expr) -> Value:
        return self.queries.aggregates.compile(self, node)


_HANDLERS: dict[type[exp.Expr], Callable[[Expressions, Any], Value]] = {
    exp.Literal: lambda _, node: number_literal(node), exp.Null: lambda *_: null(),
    exp.Neg: lambda self, node: operators.negate(self.compile(node.this)),
    exp.Paren: lambda self, node: self.compile(node.this),
    exp.Boolean: lambda _, node: Value("true" if node.this else "false", BOOLEAN, bool(node.this)),
    exp.Column: Expressions.column, exp.Identifier: Expressions.identifier, exp.Dot: Expressions.dot,
    **dict.fromkeys(ARITHMETIC, Expressions.binary), **dict.fromkeys(COMPARISONS, Expressions.comparison),
    exp.NullSafeEQ: Expressions.distinct_from, exp.NullSafeNEQ: Expressions.distinct_from,
    exp.And: Expressions.connector, exp.Or: Expressions.connector, exp.Not: Expressions.inversion,
    exp.Is: Expressions.is_, exp.Between: Expressions.between, exp.In: Expressions.in_,
    exp.Like: Expressions.like, exp.Escape: Expressions.escape, exp.Case: Expressions.case,
    exp.If: Expressions.if_, exp.Cast: Expressions.cast, exp.TryCast: Expressions.cast,
    exp.DPipe: Expressions.concat, exp.Array: Expressions.array,
    exp.Tuple: lambda self, node: row_of(self.compile_all(node.expressions)),
    exp.Bracket: Expressions.bracket, exp.Extract: Expressions.extract, exp.Interval: Expressions.interval,
    exp.AtTimeZone: Expressions.at_time_zone, exp.Anonymous: Expressions.anonymous,
    exp.Trim: Expressions.trim, exp.StrPosition: Expressions.position, exp.Normalize: Expressions.normalize,
    exp.HexString: Expressions.binary_literal,
    **dict.fromkeys((exp.CurrentDate, exp.CurrentTimestamp, exp.Localtimestamp), Expressions.current),
    exp.Subquery: Expressions.subquery, exp.Exists: Expressions.exists,
    **dict.fromkeys(
        (exp.Window, exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.GroupConcat), Expressions.windowed
    ),
}  # fmt: skip
