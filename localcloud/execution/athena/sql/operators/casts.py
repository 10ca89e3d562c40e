"""CAST and TRY_CAST between Trino's types."""

from __future__ import annotations

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.operators.parts import rounded
from localcloud.execution.athena.sql.operators.temporal import instant, local, zoned
from localcloud.execution.athena.sql.types import (
    DATE,
    DOUBLE,
    UNKNOWN,
    ZONED,
    Type,
    as_decimal,
    coercible,
    decimal,
    stored,
)
from localcloud.execution.athena.sql.values import Value, coerce, decimal_text, fail, null, real_of

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DATE = r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*"
_TIME = r" [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?"
_CODE = "INVALID_CAST_ARGUMENT"


def cast(value: Value, target: Type) -> Value:
    """Return `CAST(value AS target)`. Raises QueryError for casts that do not exist or are not supported."""
    source = value.type
    if source == UNKNOWN:
        return null(target)
    if source == target:
        return Value(value.sql, target)
    if target.name == "varchar":
        return _to_varchar(value, target)
    if target.items:
        return _to_nested(value, target)
    convert = _BY_TARGET.get(target.name)
    found = convert(value, target) if convert else None
    if found is None:
        raise QueryError("TYPE_MISMATCH", f"Cannot cast {source} to {target}")
    return Value(found, target)


def _guarded(condition: str, sql: str, value: Value, target: Type) -> str:
    """Return `sql` where the condition holds or the value is null; elsewhere the cast fails."""
    message = fail(_CODE, f"Cannot cast {value.type.name} to {target}", stored(target))
    return f"CASE WHEN {value.sql} IS NULL OR {condition} THEN {sql} ELSE {message} END"


def _to_nested(value: Value, target: Type) -> Value:
    source = value.type
    if source.name != target.name or len(source.items) != len(target.items):
        raise QueryError("TYPE_MISMATCH", f"Cannot cast {source} to {target}")
    if source.name == "array":
        inner = cast(Value("x", source.element), target.element)
        return Value(f"list_transform({value.sql}, lambda x: {inner.sql})", target)
    if source.name == "row":
        fields = [
            f"f{index}: {cast(Value(f'({value.sql}).f{index}', item), wanted).sql}"
            for index, (item, wanted) in enumerate(zip(source.items, target.items, strict=True))
        ]
        return Value(f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {{{', '.join(fields)}}} END", target)
    if coercible(source, target):
        return Value(coerce(value, target).sql, target)
    raise unsupported(f"CAST({source} AS {target})")


def text_of(value: Value) -> str:
    """Return SQL of the text that a cast to varchar gives."""
    kind = value.type
    if kind.name == "decimal":
        return decimal_text(value.sql, kind)
    if kind.name in ("varchar", "uuid", "date", "boolean") or kind.is_integer:
        return f"CAST({value.sql} AS VARCHAR)"
    if kind == DOUBLE:
        return f"double_text({value.sql})"
    if kind.name in ("timestamp", ZONED):
        sql = f"timestamp_text({local(value)}, {kind.args[0]})"
        return sql if kind.name == "timestamp" else f"({sql} || ' ' || ({value.sql}).z)"
    raise unsupported(f"CAST({kind} AS varchar)")


def _to_varchar(value: Value, target: Type) -> Value:
    sql = text_of(value)
    if not target.args:
        return Value(sql, target)
    size = target.args[0]
    if value.type.name == "varchar":
        return Value(f"left({sql}, {size})", target)
    message = fail(_CODE, f"Value cannot be represented as {target}", "VARCHAR")
    return Value(f"CASE WHEN length({sql}) > {size} THEN {message} ELSE {sql} END", target)


def _to_boolean(value: Value, target: Type) -> str | None:
    if value.type.name == "varchar":
        low = f"lower({value.sql})"
        known = _guarded(
            f"{low} IN ('t', 'true', '1', 'f', 'false', '0')", f"{low} IN ('t', 'true', '1')", value, target
        )
        return f"CASE WHEN {value.sql} IS NULL THEN NULL ELSE {known} END"
    return f"({value.sql} <> 0)" if value.type.is_numeric else None


def _to_integer(value: Value, target: Type) -> str | None:
    kind = stored(target)
    if value.type.name == "varchar":
        return _guarded(
            f"regexp_full_match(trim({value.sql}, ' '), '[+-]?[0-9]+')",
            f"CAST({value.sql} AS {kind})",
            value,
            target,
        )
    if value.type.name == "boolean" or value.type.is_integer:
        return f"CAST({value.sql} AS {kind})"
    if value.type.name == "decimal":
        return f"CAST(round({value.sql}, 0) AS {kind})"
    if value.type.is_floating:
        # DuckDB rounds half to even; a whole number keeps its value in the cast.
        return f"CAST(round_half_up(CAST({value.sql} AS DOUBLE)) AS {kind})"
    return None


def _to_floating(value: Value, target: Type) -> str | None:
    kind = stored(target)
    if value.type.name == "varchar":
        body = f"trim({value.sql}, ' ')"
        number = f"regexp_full_match({body}, '{_NUMBER}|[+-]?(NaN|Infinity)')"
        wide = f"CAST({body} AS DOUBLE)"
        return _guarded(number, wide if target == DOUBLE else real_of(wide), value, target)
    if value.type.name == "decimal" and target != DOUBLE:
        raise unsupported(f"CAST({value.type} AS {target})")
    if value.type.name == "decimal":
        return f"CAST({decimal_text(value.sql, value.type)} AS {kind})"
    if value.type == DOUBLE:
        return real_of(value.sql)
    if value.type.name == "boolean" or value.type.is_numeric:
        return f"CAST({value.sql} AS {kind})"
    return None


def _to_decimal(value: Value, target: Type) -> str | None:
    kind = stored(target)
    if value.type.name == "varchar":
        number = f"regexp_full_match({value.sql}, '{_NUMBER}')"
        return _guarded(number, f"CAST({value.sql} AS {kind})", value, target)
    if value.type.name == "boolean":
        return f"CAST(CAST({value.sql} AS INTEGER) AS {kind})"
    if value.type.is_floating:
        return f"CAST(decimal_text_of(CAST({value.sql} AS DOUBLE), {target.args[1]}) AS {kind})"
    source = as_decimal(value.type)
    if source is None:
        return None
    if source.args[1] > target.args[1]:
        # Rounded first, in its own width: a narrower type must not overflow before.
        wide = stored(decimal(min(38, source.args[0] + 1), source.args[1]))
        return f"CAST(round(CAST({value.sql} AS {wide}), {target.args[1]}) AS {kind})"
    return f"CAST({value.sql} AS {kind})"


def _to_date(value: Value, target: Type) -> str | None:
    if value.type.name == "varchar":
        return _guarded(
            f"regexp_full_match({value.sql}, '{_DATE}')",
            f"CAST(trim({value.sql}, ' ') AS DATE)",
            value,
            target,
        )
    return f"CAST({local(value)} AS DATE)" if value.type.name in ("timestamp", ZONED) else None


def _to_timestamp(value: Value, target: Type) -> str | None:
    digits = target.args[0]
    if value.type.name == "varchar":
        full = f"regexp_full_match(trim({value.sql}, ' '), '{_DATE}({_TIME})?')"
        padded = f"CAST(padded_time(trim({value.sql}, ' ')) AS TIMESTAMP)"
        return _guarded(full, rounded(padded, digits), value, target)
    if value.type == DATE:
        return f"CAST({value.sql} AS TIMESTAMP)"
    if value.type.name in ("timestamp", ZONED):
        return local(value) if value.type.args[0] <= digits else rounded(local(value), digits)
    return None


def _to_zoned(value: Value, target: Type) -> str | None:
    digits = target.args[0]
    if value.type == DATE:
        return zoned(f"CAST({value.sql} AS TIMESTAMP)", "'UTC'")
    if value.type.name not in ("timestamp", ZONED):
        raise unsupported(f"CAST({value.type} AS {target})")
    moment = instant(value) if value.type.args[0] <= digits else rounded(instant(value), digits)
    zone = "'UTC'" if value.type.name == "timestamp" else f"({value.sql}).z"
    return zoned(moment, zone)


_BY_TARGET = {
    "boolean": _to_boolean, "tinyint": _to_integer, "smallint": _to_integer, "integer": _to_integer,
    "bigint": _to_integer, "real": _to_floating, "double": _to_floating, "decimal": _to_decimal,
    "date": _to_date, "timestamp": _to_timestamp, ZONED: _to_zoned,
}  # fmt: skip
