"""Functions of Athena that DuckDB lacks, in Python: they receive no nulls and give one value per row."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
import struct
import unicodedata
import zoneinfo
from collections.abc import Callable
from typing import Any

from localcloud.execution.athena.sql.documents import (
    json_length,
    json_scalar,
    url_decode,
    url_encode,
    url_parameter,
    url_part,
)

_MICROSECOND = dt.timedelta(microseconds=1)


class ArgumentError(ValueError):
    """A function does not accept a value. The text begins with `!` and Athena's error code."""

    def __init__(self, message: str) -> None:
        super().__init__(f"!INVALID_FUNCTION_ARGUMENT: {message}")


def zone_of(name: str) -> dt.tzinfo:
    """Return the time zone of a name like `Europe/Berlin` or `+02:00`. Raises ArgumentError."""
    match = re.fullmatch(r"([+-])(\d{2}):(\d{2})", name)
    if match:
        offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3]))
        return dt.timezone(offset if match[1] == "+" else -offset)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ArgumentError(f"Time zone not supported: {name}") from error


def zone_to_local(instant: dt.datetime, zone: str) -> dt.datetime:
    """Return what the clock of a zone shows at an instant in UTC."""
    return instant.replace(tzinfo=dt.UTC).astimezone(zone_of(zone)).replace(tzinfo=None)


def zone_to_utc(local: dt.datetime, zone: str) -> dt.datetime:
    """Return the instant in UTC at which the clock of a zone shows `local`, the earlier of two."""
    return local.replace(tzinfo=zone_of(zone)).astimezone(dt.UTC).replace(tzinfo=None)


def checked_zone(name: str) -> str:
    """Return the name of a time zone. Raises ArgumentError if there is no such zone."""
    zone_of(name)
    return name


def zone_offset(instant: dt.datetime, zone: str) -> str:
    """Return the offset of a zone from UTC at an instant, as ISO 8601 writes it: `Z` or `+02:00`."""
    offset = instant.replace(tzinfo=dt.UTC).astimezone(zone_of(zone)).utcoffset() or dt.timedelta()
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "Z"
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def double_text(value: float) -> str:
    """Return a double as a cast to varchar writes it: one digit, a fraction, an exponent."""
    return _scientific(value, repr(value))


def shortest_real(value: float) -> str:
    """Return the shortest decimal text that reads back as the same 32-bit number."""
    if not math.isfinite(value):
        return repr(value)
    for digits in range(1, 10):
        found = f"{value:.{digits}g}"
        if struct.pack("f", float(found)) == struct.pack("f", value):
            return found
    return repr(value)


def _scientific(value: float, shortest: str) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0E0" if math.copysign(1, value) < 0 else "0E0"
    sign, digits, exponent = decimal.Decimal(shortest).normalize().as_tuple()
    body = "".join(map(str, digits))
    assert isinstance(exponent, int)
    return f"{'-' if sign else ''}{body[0]}.{body[1:] or '0'}E{exponent + len(body) - 1}"


def decimal_text_of(value: float, scale: int) -> str:
    """Return a double rounded half up to a decimal's scale. Raises ArgumentError for NaN and infinity."""
    if not math.isfinite(value):
        raise ArgumentError(f"Cannot cast DOUBLE '{value}' to DECIMAL")
    with decimal.localcontext(prec=400):
        return format(
            decimal.Decimal(repr(value)).quantize(decimal.Decimal(1).scaleb(-scale), decimal.ROUND_HALF_UP),
            "f",
        )


def round_double(value: float, digits: int) -> float:
    """Return a double rounded to a number of decimal digits, halves away from zero."""
    if abs(digits) > 300:
        raise ValueError("!NOT_SUPPORTED: round to more than 300 digits is not supported locally")
    if value == 0:
        return 0.0
    factor = 10.0**digits
    scaled = abs(value) * factor
    if scaled >= 2**63 or not math.isfinite(scaled):
        return value
    whole = math.floor(scaled)
    rounded = whole + (1 if scaled - whole >= 0.5 else 0)
    return math.copysign(rounded / factor, value)


def levenshtein(left: str, right: str) -> int:
    """Return the edit distance of two strings in code points."""
    before = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        now = [row]
        for column, b in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (a != b)))
        before = now
    return before[-1]


_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?"
)


def iso_timestamp(text: str) -> dict[str, Any]:
    """Return the timestamp with time zone that an ISO 8601 text spells. Raises ArgumentError."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("!NOT_SUPPORTED: this form of an ISO 8601 timestamp is not supported locally")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    milliseconds = int((fraction or "").ljust(3, "0")[:3])
    try:
        local = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            1000 * milliseconds,
        )  # fmt: skip
    except ValueError as error:
        raise ArgumentError(f"Invalid format: {text}") from error
    name = "UTC" if zone in (None, "Z", "+00:00", "-00:00") else zone
    return {"t": zone_to_utc(local, name), "z": name}


def normalize(value: str, form: str) -> str:
    """Return a string in a Unicode normal form."""
    forms: dict[str, Any] = {name: name for name in ("NFC", "NFD", "NFKC", "NFKD")}
    return unicodedata.normalize(forms[form], value)


def java_fixed(value: str, digits: int, grouped: bool) -> str:
    """Return a number's text as Java's `%.nf` writes it: rounded half up, with separators if asked."""
    unit, wide = decimal.Decimal(1).scaleb(-digits), decimal.Context(prec=400 + digits)
    exact = decimal.Decimal(value).quantize(unit, decimal.ROUND_HALF_UP, wide)
    return f"{exact:,f}" if grouped else f"{exact:f}"


def simple_case(value: str, upper: bool) -> str:
    """Return a string in upper or lower case, code point by code point."""

    def change(letter: str) -> str:
        changed = letter.upper() if upper else letter.lower()
        return changed if len(changed) == 1 else "i" if letter == "İ" and not upper else letter

    return "".join(map(change, value))


def to_base(value: int, radix: int) -> str:
    """Return a number in a radix of 2 to 36."""
    if not 2 <= radix <= 36:
        raise ArgumentError("Radix must be between 2 and 36")
    digits, rest = "", abs(value)
    while rest or not digits:
        rest, digit = divmod(rest, radix)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"-{digits}" if value < 0 else digits


def from_base(value: str, radix: int) -> int:
    """Return the number that a text spells in a radix of 2 to 36."""
    if not 2 <= radix <= 36 or not re.fullmatch(r"[+-]?[0-9a-zA-Z]+", value):
        raise ArgumentError(f"Not a valid base-{radix} number: {value}")
    try:
        found = int(value, radix)
    except ValueError as error:
        raise ArgumentError(f"Not a valid base-{radix} number: {value}") from error
    if not -(2**63) <= found < 2**63:
        raise ArgumentError(f"Not a valid base-{radix} number: {value}")
    return found


Signature = tuple[Callable[..., Any], tuple[str, ...], str]

FUNCTIONS: dict[str, Signature] = {
    "zone_to_local": (zone_to_local, ("TIMESTAMP", "VARCHAR"), "TIMESTAMP"),
    "zone_to_utc": (zone_to_utc, ("TIMESTAMP", "VARCHAR"), "TIMESTAMP"),
    "checked_zone": (checked_zone, ("VARCHAR",), "VARCHAR"),
    "zone_offset": (zone_offset, ("TIMESTAMP", "VARCHAR"), "VARCHAR"),
    "double_text": (double_text, ("DOUBLE",), "VARCHAR"),
    "decimal_text_of": (decimal_text_of, ("DOUBLE", "INTEGER"), "VARCHAR"),
    "round_double": (round_double, ("DOUBLE", "INTEGER"), "DOUBLE"),
    "edit_distance": (levenshtein, ("VARCHAR", "VARCHAR"), "BIGINT"),
    "url_part": (url_part, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "url_parameter": (url_parameter, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "json_scalar": (json_scalar, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "json_length": (json_length, ("VARCHAR",), "BIGINT"),
    "iso_timestamp": (iso_timestamp, ("VARCHAR",), "STRUCT(t TIMESTAMP, z VARCHAR)"),
    "form_encode": (url_encode, ("VARCHAR",), "VARCHAR"),
    "form_decode": (url_decode, ("VARCHAR",), "VARCHAR"),
    "normal_form": (normalize, ("VARCHAR", "VARCHAR"), "VARCHAR"),
    "java_fixed": (java_fixed, ("VARCHAR", "INTEGER", "BOOLEAN"), "VARCHAR"),
    "simple_case": (simple_case, ("VARCHAR", "BOOLEAN"), "VARCHAR"),
    "radix_text": (to_base, ("BIGINT", "BIGINT"), "VARCHAR"),
    "radix_number": (from_base, ("VARCHAR", "BIGINT"), "BIGINT"),
}
"""DuckDB's name → (function, parameter types, result type)."""
