"""Values as the text that Athena returns, by their Trino type."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import Any

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.python_functions import shortest_real, zone_to_local
from localcloud.execution.athena.sql.types import DAY_TIME, HASHED, YEAR_MONTH, ZONED, Type


def render(value: Any, kind: Type) -> str | None:
    """Return a value that DuckDB returned for a type as Athena's text, None for null.

    Raises QueryError for a map whose order is not known.
    """
    if value is None:
        return None
    name = kind.name
    if name == "array":
        return f"[{', '.join(_item(item, kind.element) for item in value)}]"
    if name == HASHED and len(value) > 1:
        raise unsupported("listing a map of map_agg or histogram, whose order only Athena knows,")
    if kind.is_map and kind.items[0].items:
        raise unsupported(f"listing a {kind}")
    if kind.is_map:
        pairs = (f"{_item(key, kind.items[0])}={_item(item, kind.items[1])}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if name == "row":
        return _row(list(value.values()), kind)
    if name == ZONED:
        if value["t"] is None:
            return None
        return f"{_timestamp(zone_to_local(value['t'], value['z']), kind.args[0])} {value['z']}"
    if name == "timestamp":
        return _timestamp(value, kind.args[0])
    if name == DAY_TIME:
        return day_time(value)
    if name == YEAR_MONTH:
        return f"{'-' if value < 0 else ''}{abs(value) // 12}-{abs(value) % 12}"
    return _plain(value, name)


def _plain(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value, repr(value) if name == "double" else shortest_real(value))
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex(" ")
    return str(value)


def _row(values: list[Any], kind: Type) -> str:
    parts = []
    for index, (item, part, label) in enumerate(zip(values, kind.items, kind.labels, strict=True)):
        parts.append(f"{label or f'field{index}'}={_item(item, part)}")
    return f"{{{', '.join(parts)}}}"


def _item(value: Any, kind: Type) -> str:
    text = render(value, kind)
    return "null" if text is None else text


def _timestamp(value: dt.datetime, digits: int) -> str:
    text = f"{value.year:04d}-{value:%m-%d %H:%M:%S}"
    return f"{text}.{value.microsecond:06d}"[: len(text) + 1 + digits] if digits else text


def day_time(milliseconds: int) -> str:
    """Return an interval of days and times as text."""
    seconds, rest = divmod(abs(milliseconds), 1000)
    days, seconds = divmod(seconds, 86_400)
    sign = "-" if milliseconds < 0 else ""
    return f"{sign}{days} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def number(value: float, shortest: str) -> str:
    """Return a floating number as Java prints it: scientific notation below 10⁻³ and from 10⁷ on."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    exact = decimal.Decimal(shortest)
    if 1e-3 <= abs(value) < 1e7:
        plain = format(exact, "f")
        return plain if "." in plain else f"{plain}.0"
    sign, digits, exponent = exact.normalize().as_tuple()
    assert isinstance(exponent, int)
    body = "".join(map(str, digits))
    return f"{'-' if sign else ''}{body[0]}.{body[1:] or '0'}E{exponent + len(body) - 1}"
