"""Trino's types: their names, their common supertypes, and how DuckDB stores their values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported

MAX_PRECISION = 38
MICROSECONDS = 6
"""Digits of a second that DuckDB's timestamps have."""


@dataclass(frozen=True)
class Type:
    """A type. `args` are precision, scale or length; `items` types of elements, `labels` names of fields."""

    name: str
    args: tuple[int, ...] = ()
    items: tuple[Type, ...] = ()
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the type as `typeof` writes it."""
        if self.name == "row":
            fields = zip(self.labels, self.items, strict=True)
            return f"row({', '.join(f'{label} {kind}'.strip() for label, kind in fields)})"
        if self.items:
            name = "map" if self.is_map else self.name
            return f"{name}({', '.join(map(str, self.items))})"
        if self.name == ZONED:
            return f"timestamp({self.args[0]}) with time zone"
        return f"{self.name}({','.join(map(str, self.args))})" if self.args else self.name

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_floating(self) -> bool:
        return self.name in ("real", "double")

    @property
    def is_numeric(self) -> bool:
        return self.is_integer or self.is_floating or self.name == "decimal"

    @property
    def is_map(self) -> bool:
        return self.name in ("map", HASHED)

    @property
    def is_interval(self) -> bool:
        return self.name in (DAY_TIME, YEAR_MONTH)

    @property
    def element(self) -> Type:
        """The element type of an array, the key type of a map."""
        return self.items[0]


HASHED = "hashed map"
"""A map whose entries are in the order of Trino's hashes, which are not known here: they can be asked for and
counted, but not listed."""

ZONED = "timestamp with time zone"
DAY_TIME = "interval day to second"
YEAR_MONTH = "interval year to month"
INTEGERS = ("tinyint", "smallint", "integer", "bigint")
DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}

BOOLEAN, INTEGER, BIGINT = Type("boolean"), Type("integer"), Type("bigint")
DOUBLE, REAL, DATE = Type("double"), Type("real"), Type("date")
VARCHAR, VARBINARY, UNKNOWN = Type("varchar"), Type("varbinary"), Type("unknown")
INTERVAL_DAY, INTERVAL_MONTH = Type(DAY_TIME), Type(YEAR_MONTH)
TIMESTAMP = Type("timestamp", (3,))
TIMESTAMP_ZONED = Type(ZONED, (3,))

_STORED = {
    "boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INTEGER",
    "bigint": "BIGINT", "real": "FLOAT", "double": "DOUBLE", "varchar": "VARCHAR", "varbinary": "BLOB",
    "date": "DATE", "timestamp": "TIMESTAMP", "unknown": "INTEGER", "uuid": "UUID",
    DAY_TIME: "BIGINT",  # milliseconds
    YEAR_MONTH: "BIGINT",  # months
    ZONED: "STRUCT(t TIMESTAMP, z VARCHAR)",  # the instant in UTC, and the name of the zone
}  # fmt: skip

_WORDS = {
    "BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INT": "integer", "BIGINT": "bigint",
    "FLOAT": "real", "DOUBLE": "double", "VARBINARY": "varbinary", "DATE": "date", "UUID": "uuid",
}  # fmt: skip


def decimal(precision: int, scale: int) -> Type:
    """Return the decimal type, its precision limited to what Trino holds."""
    return Type("decimal", (min(MAX_PRECISION, precision), scale))


def array(element: Type) -> Type:
    """Return the type of arrays of `element`."""
    return Type("array", items=(element,))


def map_of(key: Type, value: Type) -> Type:
    """Return the type of maps."""
    return Type("map", items=(key, value))


def row(items: tuple[Type, ...], labels: tuple[str, ...] = ()) -> Type:
    """Return the type of rows; unnamed fields have the label ''."""
    return Type("row", items=items, labels=labels or ("",) * len(items))


def stored(kind: Type) -> str:
    """Return DuckDB's type of the values of a type. Raises QueryError for types that are not supported."""
    if kind.name == "array":
        return f"{stored(kind.element)}[]"
    if kind.is_map:
        return f"MAP({stored(kind.items[0])}, {stored(kind.items[1])})"
    if kind.name == "row":
        fields = ", ".join(f"f{index} {stored(item)}" for index, item in enumerate(kind.items))
        return f"STRUCT({fields})"
    if kind.name == "decimal":
        return f"DECIMAL({kind.args[0]}, {kind.args[1]})"
    if kind.name not in _STORED:
        raise unsupported(f"type {kind}")
    return _STORED[kind.name]


def parse_type(node: exp.DataType) -> Type:
    """Return the type that a cast or a catalog names. Raises QueryError for types that are not supported."""
    word = node.this.value if isinstance(node.this, exp.DataType.Type) else str(node.this)
    params = [part for part in node.expressions if isinstance(part, exp.DataTypeParam)]
    sizes = tuple(int(param.name) for param in params)
    if word in _WORDS and not sizes:
        return Type(_WORDS[word])
    if word == "DECIMAL":
        precision, scale = (*sizes, 0)[:2] if sizes else (MAX_PRECISION, 0)
        if not 0 < precision <= MAX_PRECISION or scale > precision:
            raise QueryError("INVALID_FUNCTION_ARGUMENT", f"Invalid decimal type {node.sql()}")
        return decimal(precision, scale)
    if word == "VARCHAR":
        return Type("varchar", sizes)
    if word in ("TIMESTAMP", "TIMESTAMPTZ"):
        digits = sizes[0] if sizes else 3
        if digits > MICROSECONDS:
            raise unsupported(f"timestamp({digits})")
        return Type("timestamp" if word == "TIMESTAMP" else ZONED, (digits,))
    if word == "ARRAY" and len(node.expressions) == 1:
        return array(parse_type(node.expressions[0]))
    if word == "MAP" and len(node.expressions) == 2:
        return map_of(*(parse_type(part) for part in node.expressions))
    if word == "STRUCT" and node.expressions:
        fields = [part if isinstance(part, exp.ColumnDef) else None for part in node.expressions]
        kinds = [f.args["kind"] if f else p for f, p in zip(fields, node.expressions, strict=True)]
        return row(tuple(map(parse_type, kinds)), tuple(f.name.lower() if f else "" for f in fields))
    raise unsupported(f"type {node.sql(dialect='trino')}")


@cache
def hive_type(kind: str) -> Type:
    """Return the type of a catalog column, e.g. of `array<struct<a:int>>`."""
    node = exp.DataType.build(kind, dialect="hive")
    for part in node.find_all(exp.DataType):
        if part.is_type(exp.DataType.Type.TEXT):
            part.set("this", exp.DataType.Type.VARCHAR)
        elif part.is_type(exp.DataType.Type.BINARY):
            part.set("this", exp.DataType.Type.VARBINARY)
    return parse_type(node)


def as_decimal(kind: Type) -> Type | None:
    """Return a decimal itself, or the decimal that holds an integer type; else None."""
    if kind.name == "decimal":
        return kind
    return decimal(DIGITS[kind.name], 0) if kind.is_integer else None


def common(left: Type, right: Type) -> Type | None:
    """Return the type to which both types are coerced, None if there is none."""
    if left == right or right == UNKNOWN:
        return left
    if left == UNKNOWN:
        return right
    if left.name == right.name and left.items and len(left.items) == len(right.items):
        items = [common(a, b) for a, b in zip(left.items, right.items, strict=True)]
        labels = tuple(a if a == b else "" for a, b in zip(left.labels, right.labels, strict=True))
        found = tuple(item for item in items if item is not None)
        return Type(left.name, (), found, labels) if len(found) == len(items) else None
    if left.name == right.name and left.name in ("timestamp", ZONED):
        return max(left, right, key=lambda kind: kind.args)
    if left.name == right.name == "varchar":
        return Type("varchar", (max(left.args[0], right.args[0]),)) if left.args and right.args else VARCHAR
    if left.is_numeric and right.is_numeric:
        return _common_number(left, right)
    return _common_time(left, right)


def _common_number(left: Type, right: Type) -> Type:
    if left.is_floating or right.is_floating:
        return DOUBLE if DOUBLE in (left, right) else REAL
    if left.is_integer and right.is_integer:
        return max(left, right, key=lambda kind: INTEGERS.index(kind.name))
    a, b = as_decimal(left), as_decimal(right)
    assert a is not None
    assert b is not None
    scale = max(a.args[1], b.args[1])
    return decimal(max(a.args[0] - a.args[1], b.args[0] - b.args[1]) + scale, scale)


def _common_time(left: Type, right: Type) -> Type | None:
    order = ("date", "timestamp", ZONED)
    if left.name not in order or right.name not in order:
        return None
    low, high = sorted((left, right), key=lambda kind: order.index(kind.name))
    digits = max((kind.args[0] for kind in (low, high) if kind.args), default=0)
    return Type(high.name, (digits,))


def coercible(source: Type, target: Type) -> bool:
    """Return whether values of `source` are taken where `target` is expected, without a cast."""
    if target == VARCHAR and source.name == "varchar":
        return True
    return common(source, target) == target
