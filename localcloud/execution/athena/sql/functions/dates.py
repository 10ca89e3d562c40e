"""Functions of dates and times."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.execution.athena.sql.functions import formats
from localcloud.execution.athena.sql.functions.templates import Templates
from localcloud.execution.athena.sql.operators import parts, temporal
from localcloud.execution.athena.sql.operators.casts import cast
from localcloud.execution.athena.sql.types import (
    BIGINT,
    DATE,
    DAY_TIME,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMP_ZONED,
    UNKNOWN,
    VARCHAR,
    ZONED,
    Type,
    coercible,
    common,
)
from localcloud.execution.athena.sql.values import Value, coerce, fail, null, string_constant

TEMPLATES: Templates = {}


def _unit(value: Value) -> str:
    return string_constant(value, "a unit of time").lower()


def _is_time(value: Value) -> bool:
    return value.type.name in ("date", "timestamp", ZONED)


def _date_diff(values: list[Value]) -> Value | None:
    if len(values) != 3:
        return None
    kind = common(values[1].type, values[2].type)
    if kind is None or kind.name not in ("date", "timestamp", ZONED):
        return None
    return temporal.difference(_unit(values[0]), coerce(values[1], kind), coerce(values[2], kind))


def _date_add(values: list[Value]) -> Value | None:
    if len(values) != 3 or not coercible(values[1].type, BIGINT) or not _is_time(values[2]):
        return None
    return temporal.add_units(_unit(values[0]), coerce(values[1], BIGINT), values[2])


def _date_trunc(values: list[Value]) -> Value | None:
    if len(values) != 2 or not _is_time(values[1]):
        return None
    return parts.truncate(_unit(values[0]), values[1])


def _part(name: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        if len(values) != 1:
            return None
        return null(BIGINT) if values[0].type == UNKNOWN else parts.part(name, values[0])

    return compiled


def _date(values: list[Value]) -> Value | None:
    if len(values) != 1:
        return None
    return (
        cast(values[0], DATE) if values[0].type.name in ("varchar", "timestamp", ZONED, "unknown") else None
    )


def _last_day(values: list[Value]) -> Value | None:
    if len(values) != 1 or not _is_time(values[0]):
        return None
    return Value(f"last_day({temporal.local(values[0])})", DATE)


def _from_unixtime(values: list[Value]) -> Value | None:
    if not 1 <= len(values) <= 2 or not (values[0].type.is_numeric):
        return None
    if len(values) == 2 and values[1].type.name != "varchar":
        return None
    seconds = coerce(values[0], DOUBLE).sql
    moment = f"make_timestamp(CAST(round_half_up({seconds} * 1000) AS BIGINT) * 1000)"
    zone = f"checked_zone({values[1].sql})" if len(values) == 2 else "'UTC'"
    finite = f"CASE WHEN isnan({seconds}) THEN TIMESTAMP '1970-01-01 00:00:00' ELSE {moment} END"
    return Value(temporal.zoned(finite, zone), TIMESTAMP_ZONED)


def _to_unixtime(values: list[Value]) -> Value | None:
    if len(values) != 1 or not _is_time(values[0]):
        return None
    moment = coerce(values[0], Type(ZONED, (values[0].type.args or (0,))))
    return Value(f"(CAST(epoch_us({temporal.instant(moment)}) AS DOUBLE) / 1000000)", DOUBLE)


def _with_timezone(values: list[Value]) -> Value | None:
    if (
        len(values) != 2
        or values[0].type.name not in ("timestamp", "date")
        or values[1].type.name != "varchar"
    ):
        return None
    local = coerce(values[0], Type("timestamp", values[0].type.args or (0,)))
    zone = f"checked_zone({values[1].sql})"
    return Value(temporal.zoned(f"instant_of({local.sql}, {zone})", zone), Type(ZONED, local.type.args))


def _to_iso8601(values: list[Value]) -> Value | None:
    if len(values) != 1 or not _is_time(values[0]):
        return None
    value = values[0]
    if value.type == DATE:
        return Value(f"CAST({value.sql} AS VARCHAR)", Type("varchar", (16,)))
    digits = value.type.args[0]
    clock = f"replace(timestamp_text({temporal.local(value)}, {digits}), ' ', 'T')"
    if value.type.name == ZONED:
        offset = f"zone_offset(({value.sql}).t, ({value.sql}).z)"
        return Value(
            f"({clock} || {offset})",
            Type("varchar", (28 if digits == 0 else 28 + digits + 1,)),
        )
    return Value(clock, Type("varchar", (22 + digits + (digits > 0) - 1 + 1,)))


def _from_iso8601_date(values: list[Value]) -> Value | None:
    if len(values) != 1 or values[0].type.name != "varchar":
        return None
    x = values[0].sql
    plain = rf"regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
    message = fail(
        "NOT_SUPPORTED", "from_iso8601_date of text other than yyyy-MM-dd is not supported locally", "DATE"
    )
    return Value(f"CASE WHEN {x} IS NULL OR {plain} THEN CAST({x} AS DATE) ELSE {message} END", DATE)


def _from_iso8601_timestamp(values: list[Value]) -> Value | None:
    if len(values) != 1 or values[0].type.name != "varchar":
        return None
    return Value(f"iso_timestamp({values[0].sql})", TIMESTAMP_ZONED)


def _to_milliseconds(values: list[Value]) -> Value | None:
    return Value(values[0].sql, BIGINT) if len(values) == 1 and values[0].type.name == DAY_TIME else None


def _timezone(values: list[Value]) -> Value | None:
    return (
        Value(f"({values[0].sql}).z", VARCHAR) if len(values) == 1 and values[0].type.name == ZONED else None
    )


def _formatted(style: str) -> Callable[[list[Value]], Value | None]:
    def compiled(values: list[Value]) -> Value | None:
        if len(values) != 2 or not _is_time(values[0]):
            return None
        template = string_constant(values[1], f"the format of {style}")
        moment = values[0] if values[0].type != DATE else coerce(values[0], TIMESTAMP)
        parts = formats.parse(style, template)
        return Value(formats.to_text(parts, temporal.local(moment)), VARCHAR)

    return compiled


def _date_parse(values: list[Value]) -> Value | None:
    if len(values) != 2 or values[0].type.name != "varchar":
        return None
    parts = formats.parse("date_parse", string_constant(values[1], "the format of date_parse"))
    return Value(formats.from_text(parts, values[0].sql), TIMESTAMP)


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "date_diff": _date_diff, "date_add": _date_add, "date_trunc": _date_trunc, "date": _date,
    "last_day_of_month": _last_day, "from_unixtime": _from_unixtime, "to_unixtime": _to_unixtime,
    "with_timezone": _with_timezone, "to_iso8601": _to_iso8601, "from_iso8601_date": _from_iso8601_date,
    "from_iso8601_timestamp": _from_iso8601_timestamp, "to_milliseconds": _to_milliseconds,
    "timezone": _timezone, "date_format": _formatted("date_format"),
    "format_datetime": _formatted("format_datetime"), "date_parse": _date_parse,
    **{name: _part(name) for name in (
        "year", "quarter", "month", "week", "week_of_year", "day", "day_of_month", "day_of_week", "dow",
        "day_of_year", "doy", "year_of_week", "yow", "hour", "minute", "second", "millisecond",
    )},
}  # fmt: skip
