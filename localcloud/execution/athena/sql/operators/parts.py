"""Parts of dates, timestamps and intervals; truncation and rounding."""

from __future__ import annotations

from localcloud.execution.athena.sql.operators.temporal import DAY, invalid_unit, local, zoned
from localcloud.execution.athena.sql.types import BIGINT, DATE, DAY_TIME, MICROSECONDS, YEAR_MONTH, ZONED
from localcloud.execution.athena.sql.values import Value

_PARTS = {
    "year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week",
    "day": "day", "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow", "day_of_year": "dayofyear",
    "doy": "dayofyear", "year_of_week": "isoyear", "yow": "isoyear", "hour": "hour", "minute": "minute",
    "second": "second",
}  # fmt: skip
_OF_TIME = ("hour", "minute", "second", "millisecond")
_OF_DAYS = {
    "day": (DAY, 0), "day_of_month": (DAY, 0), "hour": (3_600_000, 24), "minute": (60_000, 60),
    "second": (1000, 60), "millisecond": (1, 1000),
}  # fmt: skip


def part(name: str, time: Value) -> Value | None:
    """Return a part of a date, timestamp or interval, e.g. `day_of_week`; None if it has no such part."""
    kind = time.type
    if kind.name == DAY_TIME and name in _OF_DAYS:
        size, base = _OF_DAYS[name]
        return Value(f"({time.sql} // {size}{f' % {base}' if base else ''})", BIGINT)
    if kind.name == YEAR_MONTH and name in ("year", "month"):
        return Value(f"({time.sql} {'// 12' if name == 'year' else '% 12'})", BIGINT)
    if kind.name not in ("timestamp", ZONED) and (kind != DATE or name in _OF_TIME):
        return None
    if name == "millisecond":
        return Value(f"CAST(millisecond({local(time)}) % 1000 AS BIGINT)", BIGINT)
    return Value(f"CAST({_PARTS[name]}({local(time)}) AS BIGINT)", BIGINT) if name in _PARTS else None


def truncate(unit: str, time: Value) -> Value:
    """Return `date_trunc`."""
    known = ("day", "week", "month", "quarter", "year")
    finer = ("millisecond", "second", "minute", "hour")
    if unit not in known and (time.type == DATE or unit not in finer):
        return invalid_unit(unit, time.type, time)
    if time.type == DATE:
        return Value(f"CAST(date_trunc('{unit}', {time.sql}) AS DATE)", DATE)
    if time.type.name == ZONED:
        cut = f"CAST(date_trunc('{unit}', {local(time)}) AS TIMESTAMP)"
        return Value(zoned(f"instant_of({cut}, ({time.sql}).z)", f"({time.sql}).z"), time.type)
    return Value(f"CAST(date_trunc('{unit}', {time.sql}) AS TIMESTAMP)", time.type)


def rounded(sql: str, digits: int) -> str:
    """Return SQL of a timestamp rounded half up to a number of digits of its second."""
    return sql if digits >= MICROSECONDS else f"round_timestamp({sql}, {10 ** (MICROSECONDS - digits)})"
