"""Cron expressions of EventBridge Scheduler: `cron(minutes hours day-of-month month day-of-week year)`."""

from __future__ import annotations

import functools
import re
from datetime import datetime

from localcloud.errors import UnsupportedError

_CRON = re.compile(r"cron\((.+)\)")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_FIELDS = len(_BOUNDS)
_PART = re.compile(r"(?P<first>\w+|\*)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


def is_cron(expression: str) -> bool:
    """Return whether a schedule's expression names times of the day."""
    return _CRON.fullmatch(expression) is not None


def matches(expression: str, moment: datetime) -> bool:
    """Return whether an expression names the minute of `moment`, which is in the schedule's time zone.

    Raises UnsupportedError for an expression that is no cron expression, or uses L, W or #.
    """
    values = (
        moment.minute,
        moment.hour,
        moment.day,
        moment.month,
        moment.isoweekday() % 7 + 1,
        moment.year,
    )
    return all(value in allowed for value, allowed in zip(values, _fields(expression), strict=True))


@functools.lru_cache
def _fields(expression: str) -> tuple[frozenset[int], ...]:
    found = _CRON.fullmatch(expression)
    texts = found[1].split() if found else []
    if len(texts) != _FIELDS:
        raise UnsupportedError("a cron expression has six fields.", where=f"schedule expression {expression}")
    return tuple(
        frozenset(value for part in text.split(",") for value in _values(part, position, expression))
        for position, text in enumerate(texts)
    )


def _values(part: str, position: int, expression: str) -> range:
    low, high = _BOUNDS[position]
    if part == "?":
        return range(low, high + 1)
    found = _PART.fullmatch(part)
    if found is None:
        raise UnsupportedError(f"'{part}' does not fire locally.", where=f"schedule expression {expression}")
    if found["first"] == "*":
        first, last = low, high
    else:
        first = _number(found["first"], position, expression)
        last = _number(found["last"], position, expression) if found["last"] else first
        if found["step"] and not found["last"]:
            last = high
    return range(first, last + 1, int(found["step"] or 1))


def _number(text: str, position: int, expression: str) -> int:
    names = {3: _MONTHS, 4: _DAYS}.get(position, ())
    number = names.index(text) + 1 if text in names else int(text) if text.isdigit() else -1
    low, high = _BOUNDS[position]
    if not low <= number <= high:
        raise UnsupportedError(f"'{text}' does not fire locally.", where=f"schedule expression {expression}")
    return number
