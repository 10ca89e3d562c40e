"""The call of a function: special forms, tables of templates, functions with their own translation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.aggregates import compile as aggregates
from localcloud.execution.athena.sql.functions import (
    arrays,
    conditions,
    dates,
    lambdas,
    maps,
    numbers,
    patterns,
    strings,
)
from localcloud.execution.athena.sql.functions.formatting import format_call
from localcloud.execution.athena.sql.functions.templates import Templates, from_templates
from localcloud.execution.athena.sql.interfaces import Expressions
from localcloud.execution.athena.sql.values import Value

_TEMPLATES: Templates = {
    **numbers.TEMPLATES, **strings.TEMPLATES, **dates.TEMPLATES,
}  # fmt: skip

_BY_VALUES: dict[str, Callable[[list[Value]], Value | None]] = {
    **numbers.FUNCTIONS, **strings.FUNCTIONS, **dates.FUNCTIONS, **arrays.FUNCTIONS, **maps.FUNCTIONS,
    **patterns.FUNCTIONS, **conditions.FUNCTIONS, "format": format_call,
}  # fmt: skip

_BY_NODES: dict[str, Callable[[Expressions, Sequence[exp.Expr]], Value | None]] = {
    **conditions.FORMS, **lambdas.FORMS,
}  # fmt: skip

NAMES = frozenset(_TEMPLATES) | frozenset(_BY_VALUES) | frozenset(_BY_NODES)
"""Every scalar function that is translated."""


def compile_call(expressions: Expressions, name: str, arguments: Sequence[exp.Expr]) -> Value:
    """Return a compiled function call. Raises QueryError for functions that are not supported."""
    if name in aggregates.NAMES:
        return expressions.queries.aggregates.plain(expressions, name, arguments)
    if name in _BY_NODES:
        found = _BY_NODES[name](expressions, arguments)
        if found is None:
            raise unsupported(f"{name} with {len(arguments)} arguments")
        return found
    if any(isinstance(node, exp.Lambda | exp.Order | exp.Distinct | exp.Star) for node in arguments):
        raise unsupported(f"function {name} with these arguments")
    values = expressions.compile_all(arguments)
    if name in _BY_VALUES:
        found = _BY_VALUES[name](values)
    elif name in _TEMPLATES:
        found = from_templates(_TEMPLATES[name], values)
    else:
        raise unsupported(f"function {name}")
    if found is None:
        kinds = ", ".join(str(value.type) for value in values)
        raise QueryError("NOT_SUPPORTED", f"{name}({kinds}) does not exist or is not supported locally")
    return found
