"""Functions whose translation is one template for each list of argument types."""

from __future__ import annotations

from collections.abc import Sequence

from localcloud.execution.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    TIMESTAMP_ZONED,
    VARBINARY,
    VARCHAR,
    Type,
    coercible,
)
from localcloud.execution.athena.sql.values import Value, coerce

Templates = dict[str, tuple[tuple[str, str, str], ...]]
"""Name → (parameter types, result type, SQL with {0}, {1}, …); `$0` is the first argument's type."""

_TYPES = {
    "bigint": BIGINT, "boolean": BOOLEAN, "date": DATE, "double": DOUBLE, "integer": INTEGER, "real": REAL,
    "varbinary": VARBINARY, "varchar": VARCHAR, "zoned": TIMESTAMP_ZONED,
    "tinyint": Type("tinyint"), "smallint": Type("smallint"),
}  # fmt: skip


def type_named(name: str) -> Type:
    """Return the type of a name in a template; `varchar(n)` has a length."""
    if name.startswith("varchar("):
        return Type("varchar", (int(name[8:-1]),))
    return _TYPES[name]


def from_templates(overloads: Sequence[tuple[str, str, str]], values: Sequence[Value]) -> Value | None:
    """Return the call by the first overload that takes the arguments, None if there is none."""
    for exact in (True, False):
        for parameters, result, template in overloads:
            kinds = [type_named(name) for name in parameters.split(",") if name]
            if len(kinds) == len(values) and all(
                value.type.name == kind.name if exact else coercible(value.type, kind)
                for value, kind in zip(values, kinds, strict=True)
            ):
                parts = [coerce(value, kind).sql for value, kind in zip(values, kinds, strict=True)]
                kind = values[int(result[1:])].type if result.startswith("$") else type_named(result)
                if kind.name == "unknown":  # a null without type has the narrowest
                    kind = Type("varchar", (0,)) if kinds[0].name == "varchar" else kinds[0]
                return Value(template.format(*parts), kind)
    return None
