"""Dates, timestamps and intervals: literals, arithmetic, parts, differences."""

from __future__ import annotations

import datetime as dt
import re

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.python_functions import zone_to_local, zone_to_utc
from localcloud.execution.athena.sql.types import (
    BIGINT,
    DATE,
    DAY_TIME,
    INTERVAL_DAY,
    INTERVAL_MONTH,
    MICROSECONDS,
    YEAR_MONTH,
    ZONED,
    Type,
    stored,
)
from localcloud.execution.athena.sql.values import Value, fail, text

DAY = 86_400_000
_UNITS = {"second": 1000, "minute": 60_000, "hour": 3_600_000, "day": DAY, "week": 7 * DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?(?: (\S+))?"
)


def date_literal(body: str) -> Value:
    """Return `DATE '…'`. Raises QueryError for text that is no date."""
    match = re.fullmatch(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*", body)
    try:
        if match is None:
            raise ValueError(body)
        day = dt.date(*map(int, match.groups()))
    except ValueError as error:
        raise QueryError("INVALID_LITERAL", f"'{body}' is not a valid DATE literal") from error
    return Value(f"DATE '{day.isoformat()}'", DATE)


def timestamp_literal(body: str) -> Value:
    """Return `TIMESTAMP '…'`, with a time zone if the text ends with one."""
    match = _TIMESTAMP.fullmatch(body.strip())
    try:
        if match is None:
            raise ValueError(body)
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        digits = len(fraction or "")
        if digits > MICROSECONDS:
            raise unsupported(f"timestamp({digits})")
        moment = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "").ljust(6, "0")),
        )  # fmt: skip
        if zone is not None and zone_to_local(zone_to_utc(moment, zone), zone) != moment:
            raise ValueError("the zone's clock skips this time")
    except (ValueError, OverflowError) as error:
        raise QueryError("INVALID_LITERAL", f"'{body}' is not a valid TIMESTAMP literal") from error
    local = f"TIMESTAMP '{moment.isoformat(' ')}'"
    if zone is None:
        return Value(local, Type("timestamp", (digits,)))
    return Value(zoned(f"instant_of({local}, {text(zone)})", text(zone)), Type(ZONED, (digits,)))


def interval_node(node: exp.Interval) -> Value:
    """Return `INTERVAL [-]'…' unit [TO unit]` as the parser has it."""
    sign, body = "", node.this
    if isinstance(body, exp.Neg):
        sign, body = "-", body.this
    if not (isinstance(body, exp.Literal) and body.is_string):
        raise QueryError("SYNTAX_ERROR", "INTERVAL needs a string literal")
    unit = node.args["unit"]
    first, last = (unit.this, unit.expression) if isinstance(unit, exp.IntervalSpan) else (unit, None)
    signed = body.name[1:] if sign and body.name.startswith("-") else sign + body.name
    return interval_literal(signed, first.name.lower(), last.name.lower() if last else "")


def current(node: exp.Expr, now: dt.datetime) -> Value:
    """Return current_date, current_timestamp or localtimestamp of a session in UTC."""
    moment = now.isoformat(" ", timespec="milliseconds")
    if isinstance(node, exp.CurrentDate):
        return Value(f"DATE '{now.date()}'", DATE)
    if isinstance(node, exp.Localtimestamp):
        return Value(f"TIMESTAMP '{moment}'", Type("timestamp", (3,)))
    return timestamp_literal(f"{moment} UTC")


def zoned(instant: str, zone: str) -> str:
    """Return SQL of a timestamp with time zone, from its instant in UTC and its zone."""
    return f"zoned_of({instant}, {zone})"


def interval_literal(body: str, unit: str, last: str = "") -> Value:
    """Return `INTERVAL '…' unit [TO last]`."""
    sign = -1 if body.startswith("-") else 1
    number = body.lstrip("+-")
    if last == "month" and unit == "year" and (parts := re.fullmatch(r"(\d+)-(\d+)", number)):
        return _interval(sign * (12 * int(parts[1]) + int(parts[2])), INTERVAL_MONTH)
    if last and last != unit:
        raise unsupported(f"INTERVAL {unit} TO {last}")
    if unit in _MONTHS and unit != "quarter" and number.isdigit():
        return _interval(sign * int(number) * _MONTHS[unit], INTERVAL_MONTH)
    if unit == "second" and re.fullmatch(r"\d+(\.\d{1,3})?", number):
        whole, _, fraction = number.partition(".")
        return _interval(sign * (int(whole) * 1000 + int(fraction.ljust(3, "0") or 0)), INTERVAL_DAY)
    if unit in _UNITS and unit != "week" and number.isdigit():
        return _interval(sign * int(number) * _UNITS[unit], INTERVAL_DAY)
    raise QueryError("INVALID_LITERAL", f"Invalid INTERVAL '{body}' {unit.upper()}")


def _interval(amount: int, kind: Type) -> Value:
    return Value(f"CAST({amount} AS BIGINT)", kind, amount)


def add_interval(time: Value, interval: Value, symbol: str) -> Value | None:
    """Return a date or timestamp plus or minus an interval; None if `time` is neither."""
    amount = interval.sql if symbol == "+" else f"(-{interval.sql})"
    kind = time.type
    if kind == DATE:
        if interval.type.name == YEAR_MONTH:
            return Value(f"CAST(({time.sql} + to_months(CAST({amount} AS INTEGER))) AS DATE)", DATE)
        message = fail("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date")
        days = f"CASE WHEN {amount} % {DAY} <> 0 THEN {message} ELSE CAST({amount} // {DAY} AS INTEGER) END"
        return Value(f"CAST(({time.sql} + {days}) AS DATE)", DATE)
    if kind.name == "timestamp":
        digits = Type("timestamp", (max(kind.args[0], 3),)) if interval.type.name == DAY_TIME else kind
        return Value(f"({time.sql} + {_span(amount, interval.type)})", digits)
    if kind.name == ZONED:
        if interval.type.name == YEAR_MONTH:
            raise unsupported(f"{kind} {symbol} {interval.type}")
        moved = f"(({time.sql}).t + {_span(amount, interval.type)})"
        return Value(zoned(moved, f"({time.sql}).z"), Type(ZONED, (max(kind.args[0], 3),)))
    return None


def _span(amount: str, kind: Type) -> str:
    if kind.name == YEAR_MONTH:
        return f"to_months(CAST({amount} AS INTEGER))"
    return f"to_microseconds({amount} * 1000)"


def subtract_times(left: Value, right: Value) -> Value | None:
    """Return the interval between two dates or timestamps; None for other types."""
    if left.type == right.type == DATE:
        return Value(f"(CAST(({left.sql} - {right.sql}) AS BIGINT) * {DAY})", INTERVAL_DAY)
    names = {left.type.name, right.type.name}
    if names == {"timestamp"} or (ZONED in names and names <= {ZONED, "timestamp", "date"}):
        # The session's time zone is UTC.
        a, b = (f"epoch_us(CAST({instant(value)} AS TIMESTAMP))" for value in (left, right))
        return Value(f"floor_divide({a} - {b}, 1000)", INTERVAL_DAY)
    if names <= {"timestamp", "date"}:
        a, b = (f"epoch_us(CAST({value.sql} AS TIMESTAMP))" for value in (left, right))
        return Value(f"floor_divide({a} - {b}, 1000)", INTERVAL_DAY)
    return None


def instant(value: Value) -> str:
    """Return the timestamp in UTC of a timestamp with or without time zone."""
    return f"CAST(({value.sql}).t AS TIMESTAMP)" if value.type.name == ZONED else value.sql


def local(value: Value) -> str:
    """Return SQL of a date or timestamp as its zone's clock shows it."""
    if value.type.name == ZONED:
        return f"local_of(CAST(({value.sql}).t AS TIMESTAMP), ({value.sql}).z)"
    return value.sql


def difference(unit: str, start: Value, end: Value) -> Value:
    """Return `date_diff`: whole units between two times of the same type."""
    if unit in _MONTHS:
        a, b = (local(value) for value in (start, end))
        if start.type.name == ZONED:
            raise unsupported(f"date_diff of {start.type} in units of {unit}")
        return Value(f"(whole_months({a}, {b}) // {_MONTHS[unit]})", BIGINT)
    if unit == "millisecond" or (unit in _UNITS and (start.type != DATE or unit in ("day", "week"))):
        if start.type == DATE and unit == "millisecond":
            return invalid_unit(unit, BIGINT, start, end)
        a, b = (f"epoch_us(CAST({instant(value)} AS TIMESTAMP))" for value in (start, end))
        size = 1 if unit == "millisecond" else _UNITS[unit]
        # Each time is taken to the millisecond before the difference is taken.
        return Value(f"((floor_divide({b}, 1000) - floor_divide({a}, 1000)) // {size})", BIGINT)
    return invalid_unit(unit, BIGINT, start, end)


def add_units(unit: str, amount: Value, time: Value) -> Value:
    """Return `date_add`."""
    if unit in _MONTHS:
        interval = Value(f"({amount.sql} * {_MONTHS[unit]})", INTERVAL_MONTH)
    elif unit == "millisecond" and time.type != DATE:
        interval = Value(amount.sql, INTERVAL_DAY)
    elif unit in _UNITS and (time.type != DATE or unit in ("day", "week")):
        interval = Value(f"({amount.sql} * {_UNITS[unit]})", INTERVAL_DAY)
    else:
        return invalid_unit(unit, time.type, amount, time)
    found = add_interval(time, interval, "+")
    assert found
    return Value(found.sql, time.type)


def invalid_unit(unit: str, result: Type, *values: Value) -> Value:
    """Return a call with a unit that the type does not have: it fails unless an argument is null."""
    missing = " OR ".join(f"{value.sql} IS NULL" for value in values)
    message = fail(
        "INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {values[-1].type} field", stored(result)
    )
    return Value(f"CASE WHEN {missing} THEN NULL ELSE {message} END", result)
