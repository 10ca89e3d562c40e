"""The function `format`."""

from __future__ import annotations

import re

from localcloud.execution.athena.errors import QueryError
from localcloud.execution.athena.sql.functions.strings import is_text
from localcloud.execution.athena.sql.operators.casts import text_of
from localcloud.execution.athena.sql.types import UNKNOWN, VARCHAR
from localcloud.execution.athena.sql.values import Value, fail

_BAD = "INVALID_FUNCTION_ARGUMENT"
_FORMAT = re.compile(r"%(,?)(0?)(\d*)(?:\.(\d+))?([sdf%])|%|([^%]+)")


def format_call(values: list[Value]) -> Value | None:
    """Return `format`: %s, %d, %f with separators, zero padding, width and precision; else None."""
    if not values or not isinstance(values[0].constant, str):
        return None
    parts, rest = [], values[1:]
    for match in _FORMAT.finditer(values[0].constant):
        comma, zero, width, digits, kind, plain = match.groups()
        if plain is not None:
            parts.append("'" + plain.replace("'", "''") + "'")
            continue
        if kind == "%" and match[0] == "%%":
            parts.append("'%'")
            continue
        if kind is None or not rest:
            return None if rest else _not_enough()
        piece = _formatted(kind, rest[0], comma, digits)
        rest = rest[1:]
        if piece is None or (zero and kind == "s") or (width and zero and comma):
            return None
        if width and zero:
            # Zeros stand between the sign and the digits.
            behind = _padded(f"substring({piece}, 2)", int(width) - 1, "0")
            piece = (
                f"CASE WHEN starts_with({piece}, '-') THEN '-' || {behind}"
                f" ELSE {_padded(piece, int(width), '0')} END"
            )
        elif width:
            piece = _padded(piece, int(width), " ")
        # To Java a null is text: a precision cuts it, and it is filled with blanks.
        missing = "null"[: int(digits) if digits else 4].rjust(int(width or 0))
        parts.append(f"coalesce({piece}, '{missing}')")
    return Value(f"({' || '.join(parts or [chr(39) * 2])})", VARCHAR)


def _padded(sql: str, width: int, letter: str) -> str:
    return f"lpad({sql}, CAST(greatest({width}, length({sql})) AS INTEGER), '{letter}')"


def _not_enough() -> Value | None:
    raise QueryError(_BAD, "Invalid format string")


def _formatted(kind: str, value: Value, comma: str, digits: str | None) -> str | None:
    if (
        kind == "s"
        and not comma
        and digits is None
        and (is_text(value) or value.type.is_integer or value.type.name in ("boolean", "decimal", "date"))
    ):
        return text_of(value) if value.type != UNKNOWN else "CAST(NULL AS VARCHAR)"
    if kind == "d" and value.type.is_integer and digits is None:
        return f"java_fixed({text_of(value)}, 0, {'true' if comma else 'false'})"
    if kind == "f" and value.type.name in ("decimal", "double"):
        source = f"CAST({value.sql} AS VARCHAR)"
        body = f"java_fixed({source}, {int(digits or 6)}, {'true' if comma else 'false'})"
        known = f"isfinite(CAST({value.sql} AS DOUBLE)) OR {value.sql} IS NULL"
        message = fail("NOT_SUPPORTED", "format of NaN and infinity is not supported locally", "VARCHAR")
        return f"CASE WHEN {known} THEN {body} ELSE {message} END"
    return None
