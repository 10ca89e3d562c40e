"""Literals, and parts of rows, arrays and maps."""

from __future__ import annotations

import re

from sqlglot import exp

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.types import (
    BIGINT,
    DOUBLE,
    INTEGER,
    UNKNOWN,
    VARBINARY,
    decimal,
    row,
    stored,
)
from localcloud.execution.athena.sql.values import Value, coerce, fail, literal


def number_literal(node: exp.Literal) -> Value:
    """Return a string, an integer of the smallest type, a decimal, or with an exponent a double."""
    if node.is_string:
        return literal(node.name)
    body = node.name
    if re.fullmatch(r"\d+", body):
        number = int(body)
        kind = INTEGER if number < 2**31 else BIGINT
        if number > 2**63:
            raise QueryError("INVALID_LITERAL", f"Invalid numeric literal: {body}")
        # 2^63 is only valid behind a minus sign.
        sql = f"CAST({body} AS {stored(kind)})" if number < 2**63 else fail("INVALID_LITERAL", body, "BIGINT")
        return Value(sql, kind, number)
    if re.fullmatch(r"\d*\.?\d*[eE][+-]?\d+", body):
        return Value(f"CAST('{body}' AS DOUBLE)", DOUBLE, float(body))
    return decimal_literal(body)


def decimal_literal(body: str) -> Value:
    """Return the decimal that a text like `1.50` spells. Raises QueryError for other text."""
    match = re.fullmatch(r"([+-]?)(\d*)(?:\.(\d*))?", body.strip())
    if match is None or not (match[2] or match[3]):
        raise QueryError("INVALID_LITERAL", f"'{body}' is not a valid DECIMAL literal")
    whole, fraction = match[2].lstrip("0"), match[3] or ""
    precision = max(1, len(whole) + len(fraction))
    if precision > 38:
        raise QueryError("INVALID_LITERAL", f"DECIMAL precision must be in range [1, 38]: {precision}")
    kind = decimal(precision, len(fraction))
    return Value(f"CAST('{match[1]}{whole or '0'}.{fraction or '0'}' AS {stored(kind)})", kind)


def field_of(value: Value, name: str) -> Value:
    """Return a field of a row."""
    if value.type.name == "row" and name in value.type.labels:
        index = value.type.labels.index(name)
        return Value(f"({value.sql}).f{index}", value.type.items[index])
    raise QueryError("COLUMN_NOT_FOUND", f"{value.type} has no field '{name}'")


def row_of(items: list[Value]) -> Value:
    """Return a row without field names."""
    fields = ", ".join(f"f{index}: {item.sql}" for index, item in enumerate(items))
    return Value(f"{{{fields}}}", row(tuple(item.type for item in items)))


def subscript(value: Value, key: Value) -> Value:
    """Return `value[key]` of an array, map or row. A subscript out of range and a missing key fail."""
    if value.type.name == "array" and (key.type.is_integer or key.type == UNKNOWN):
        kind = value.type.element
        index = coerce(key, BIGINT).sql
        message = fail("INVALID_FUNCTION_ARGUMENT", "Array subscript is out of bounds", stored(kind))
        inside = f"{index} BETWEEN 1 AND len({value.sql})"
        return Value(
            f"CASE WHEN {value.sql} IS NULL OR {index} IS NULL THEN NULL WHEN {inside} THEN"
            f" ({value.sql})[{index}] ELSE {message} END", kind,
        )  # fmt: skip
    if value.type.is_map:
        found = coerce(key, value.type.items[0])
        message = fail("INVALID_FUNCTION_ARGUMENT", "Key not present in map", stored(value.type.items[1]))
        return Value(
            f"CASE WHEN {value.sql} IS NULL OR {found.sql} IS NULL THEN NULL WHEN"
            f" map_contains({value.sql}, {found.sql}) THEN ({value.sql})[{found.sql}] ELSE {message} END",
            value.type.items[1],
        )
    if value.type.name == "row" and isinstance(key.constant, int):
        if not 1 <= key.constant <= len(value.type.items):
            raise QueryError("INVALID_FUNCTION_ARGUMENT", f"ROW subscript {key.constant} is out of range")
        return Value(f"({value.sql}).f{key.constant - 1}", value.type.items[key.constant - 1])
    raise QueryError("TYPE_MISMATCH", f"Cannot subscript {value.type} with {key.type}")


def hex_literal(digits: str) -> Value:
    """Return `X'…'`."""
    if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        raise QueryError("INVALID_LITERAL", f"Binary literal X'{digits}' is not hexadecimal")
    return Value(f"unhex('{digits}')", VARBINARY)


def check_escape(escape: str, pattern: exp.Expr) -> None:
    """Raise QueryError unless a pattern of LIKE escapes only what may be escaped."""
    if len(escape) != 1:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise unsupported("LIKE with ESCAPE and a pattern that is not a string literal")
    if re.search(rf"{re.escape(escape)}(?![%_])", pattern.name.replace(escape * 2, "")):
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT",
            "Escape character must be followed by '%', '_' or the escape character itself",
        )
