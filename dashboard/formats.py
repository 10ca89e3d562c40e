"""Numbers as text, from exact decimals: rounded once, half-up, with a true minus and no-break spaces."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from lake.model.dashboards.fields import Format

SPACE = "\u00a0"
MINUS = "\u2212"
MISSING = "\u2013"
MOST_PLACES = 12
RATIO_PLACES = 6
"""Quotients are rounded to as many places as ratios in gold; nothing else has more than MOST_PLACES."""
_THOUSANDS = ((Decimal(1_000), "k"), (Decimal(1_000_000), "M"), (Decimal(1_000_000_000), "bn"))
_SHORTENED_FROM = {Format.DOLLARS: 1_000, Format.NUMBER: 10_000, Format.COUNT: 1_000_000}
"""Numbers from which a format shortens; smaller ones have all their digits."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def shown(value: Decimal | int | None, format: Format) -> str:
    """Return a number as it stands on the page; a dash where it is missing."""
    if value is None:
        return MISSING
    number = Decimal(value)
    sign, size = (MINUS if number < 0 else ""), abs(number)
    text = _unsigned(size, format)
    if text.strip("$0.,% kMbns" + SPACE) == "":
        sign = ""
    return sign + text


def _unsigned(size: Decimal, format: Format) -> str:
    if format is Format.PERCENT:
        return f"{rounded(size * 100, 1):,f}{SPACE}%"
    if format is Format.PRICE:
        places = 2 if size >= Decimal("0.1") or size == 0 else 4
        return f"${SPACE}{rounded(size, places):,f}"
    if format is Format.SECONDS:
        return _duration(size)
    if format is Format.SCORE:
        return f"{rounded(size, 1):,f}"
    dollar = f"${SPACE}" if format is Format.DOLLARS else ""
    if rounded(size, 0) >= _SHORTENED_FROM[format]:
        return dollar + _shortened(size)
    is_small = format is Format.DOLLARS and size < 100 and size != size.to_integral_value()
    places = 2 if is_small else 1 if format is Format.NUMBER else 0
    return f"{dollar}{rounded(size, places):,f}"


def _shortened(size: Decimal) -> str:
    """Return a number from a thousand on with one decimal place and the letter of its thousands."""
    for unit, letter in _THOUSANDS:
        short = rounded(size / unit, 1)
        if short < 1_000 or letter == _THOUSANDS[-1][1]:
            return f"{short:,f}{SPACE}{letter}"
    raise AssertionError("the last step takes every number")


def _duration(seconds: Decimal) -> str:
    if rounded(seconds, 0) < 100:
        return f"{rounded(seconds, 0):f}{SPACE}s"
    return f"{rounded(seconds / 60, 1):,f}{SPACE}min"


def rounded(value: Decimal, places: int) -> Decimal:
    """Return a number rounded half-up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def change(part: Decimal | None) -> str:
    """Return a relative change with its sign: +3.3 %, \u22120.9 %."""
    if part is None:
        return MISSING
    text = shown(part, Format.PERCENT)
    return text if text.startswith(MINUS) or not rounded(abs(part) * 100, 1) else f"+{text}"


def relative(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """Return (now - before) \u00f7 the size of before; None without both, or where the month before was 0."""
    if now is None or not before:
        return None
    return (Decimal(now) - Decimal(before)) / abs(Decimal(before))


def exact(value: object) -> str:
    """Return a value as a download holds it: all digits of a number, ISO dates, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        is_quotient = isinstance(exponent, int) and exponent < -MOST_PLACES
        return format(rounded(value, RATIO_PLACES) if is_quotient else value, "f")
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def day(value: dt.date) -> str:
    """Return a day: 6 Oct 2025."""
    return f"{value.day}{SPACE}{MONTHS[value.month - 1][:3]}{SPACE}{value.year}"


def moment(value: dt.datetime) -> str:
    """Return a point of time: 6 Oct 2025 13:05."""
    return f"{day(value)}{SPACE}{value:%H:%M}"


def short_day(value: dt.date) -> str:
    """Return a day without its year: 6 Oct."""
    return f"{value.day}{SPACE}{MONTHS[value.month - 1][:3]}"


def month(value: dt.date) -> str:
    """Return a month: October 2025."""
    return f"{MONTHS[value.month - 1]}{SPACE}{value.year}"


def month_name(value: dt.date) -> str:
    """Return a month without its year."""
    return MONTHS[value.month - 1]
