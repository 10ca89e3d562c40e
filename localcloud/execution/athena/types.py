"""Static types of a query's expressions, inferred by Trino's rules.

DuckDB and Athena disagree on some types. Divisions and averages of decimals are doubles in DuckDB, decimals
of a fixed scale in Athena; truncated and shifted dates are timestamps in DuckDB, dates in Athena. The
translation needs the operands' types, before the query runs, to rewrite such expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import OptimizeError, SchemaError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

Schema = Mapping[str, Mapping[str, Mapping[str, exp.DataType]]]
"""Database → table → column → type."""

MARK = "typed_as"
"""Key of a node's `meta` whose value identifies the node; see `infer`."""

MAX_PRECISION = 38
"""Digits of the widest decimal."""

_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19}
_DIALECT = Dialect.get_or_raise("athena")


@dataclass(frozen=True)
class Decimal:
    """A decimal type; `precision` may pass MAX_PRECISION, `type` is limited to it."""

    precision: int
    scale: int

    @property
    def type(self) -> exp.DataType:
        """The type as sqlglot represents it."""
        return exp.DataType.build(f"DECIMAL({min(self.precision, MAX_PRECISION)}, {self.scale})")


def decimal_of(kind: exp.DataType | None) -> Decimal | None:
    """Return a type as a decimal: a decimal itself, or the decimal that holds an integer type; else None."""
    if kind is None:
        return None
    if kind.is_type(exp.DataType.Type.DECIMAL):
        sizes = [int(param.name) for param in kind.expressions]
        return Decimal(sizes[0], sizes[1] if len(sizes) > 1 else 0) if sizes else Decimal(MAX_PRECISION, 0)
    digits = _DIGITS.get(kind.this.value if isinstance(kind.this, exp.DataType.Type) else "")
    return Decimal(digits, 0) if digits else None


def is_decimal(kind: exp.DataType | None) -> bool:
    """Return whether a type is a decimal, not an integer."""
    return kind is not None and bool(kind.is_type(exp.DataType.Type.DECIMAL))


def infer(query: exp.Expr, schema: Schema) -> dict[int, exp.DataType]:
    """Return the types of the nodes in `query` by the value of their `meta[MARK]`.

    Nodes of unknown type are missing; all nodes are, if a name is ambiguous or unknown. The types are
    inferred on a copy of `query`.
    """
    copy = query.copy()
    mapping: Any = MappingSchema({db: dict(tables) for db, tables in schema.items()}, dialect="athena")
    try:
        qualified = qualify(
            copy, schema=mapping, dialect="athena", validate_qualify_columns=False, quote_identifiers=False
        )
        annotated = annotate_types(qualified, mapping, expression_metadata=_METADATA, dialect="athena")
    except (OptimizeError, SchemaError):
        return {}  # DuckDB reports an ambiguous or unknown name with a better message.
    found = {}
    for node in annotated.walk():
        mark = node.meta.get(MARK)
        if mark is not None and node.type is not None and not node.is_type(exp.DataType.Type.UNKNOWN):
            found[mark] = node.type
    return found


def _annotate_arithmetic(annotator: Any, node: exp.Expr) -> exp.Expr:
    """Annotate + - * / of decimals. Formulas: Trino's documentation, "Decimal functions and operators"."""
    left, right = node.this.type, node.expression.type
    a, b = decimal_of(left), decimal_of(right)
    if not (is_decimal(left) or is_decimal(right)) or a is None or b is None:
        annotator._annotate_binary(node)
        return node
    if isinstance(node, exp.Mul):
        result = Decimal(a.precision + b.precision, a.scale + b.scale)
    elif isinstance(node, exp.Div):
        result = Decimal(a.precision + b.scale + max(0, b.scale - a.scale), max(a.scale, b.scale))
    else:
        scale = max(a.scale, b.scale)
        result = Decimal(max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
    annotator._set_type(node, result.type)
    return node


def _annotate_sum(annotator: Any, node: exp.Expr) -> exp.Expr:
    kind = node.this.type
    if is_decimal(kind):
        annotator._set_type(node, Decimal(MAX_PRECISION, (decimal_of(kind) or Decimal(0, 0)).scale).type)
    else:
        annotator._set_type(node, exp.DataType.Type.BIGINT if decimal_of(kind) else kind)
    return node


def _annotate_average(annotator: Any, node: exp.Expr) -> exp.Expr:
    kind = node.this.type
    annotator._set_type(node, kind if is_decimal(kind) else exp.DataType.Type.DOUBLE)
    return node


def _annotate_number(annotator: Any, node: exp.Expr) -> exp.Expr:
    text = node.name
    if not node.is_string and "." in text and "e" not in text.lower():
        whole, _, fraction = text.partition(".")
        annotator._set_type(node, Decimal(len(whole.lstrip("0")) + len(fraction), len(fraction)).type)
    else:
        _DIALECT.EXPRESSION_METADATA[exp.Literal]["annotator"](annotator, node)
    return node


def _annotate_date(annotator: Any, node: exp.Expr) -> exp.Expr:
    annotator._set_type(node, node.this.type)
    return node


_METADATA: dict[Any, dict[str, Any]] = {
    **_DIALECT.EXPRESSION_METADATA,
    **{kind: {"annotator": _annotate_arithmetic} for kind in (exp.Add, exp.Sub, exp.Mul, exp.Div)},
    **{kind: {"annotator": _annotate_date} for kind in (exp.DateTrunc, exp.TimestampTrunc, exp.DateAdd)},
    exp.Sum: {"annotator": _annotate_sum},
    exp.Avg: {"annotator": _annotate_average},
    exp.Literal: {"annotator": _annotate_number},
}
