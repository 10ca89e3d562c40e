"""Formats of dates: MySQL's letters (date_format, date_parse) and Joda's (format_datetime)."""

from __future__ import annotations

import re

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.values import fail, text

Parts = list[tuple[str, str]]
"""(kind, text): kind `text` is taken as it is, kind `strftime` is a letter of DuckDB's."""

_MYSQL = {
    "a": "%a", "b": "%b", "c": "%-m", "d": "%d", "e": "%-d", "f": "%g000", "H": "%H", "h": "%I", "I": "%I",
    "i": "%M", "j": "%j", "k": "%-H", "l": "%-I", "M": "%B", "m": "%m", "p": "%p", "r": "%I:%M:%S %p",
    "S": "%S", "s": "%S", "T": "%H:%M:%S", "W": "%A", "Y": "%Y", "y": "%y",
}  # fmt: skip
_JODA = {
    "yyyy": "%Y", "YYYY": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%-m", "dd": "%d",
    "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "%g", "EEEE": "%A", "EEE": "%a", "EE": "%a", "E": "%a", "a": "%p", "DDD": "%j",
}  # fmt: skip
_FIELDS = {
    "%Y": r"([0-9]{4})", "%m": r"([0-9]{2})", "%d": r"([0-9]{2})", "%H": r"([0-9]{2})", "%M": r"([0-9]{2})",
    "%S": r"([0-9]{2})", "%H:%M:%S": r"([0-9]{2}):([0-9]{2}):([0-9]{2})",
}  # fmt: skip


def parse(function: str, template: str) -> Parts:
    """Return the parts of a format. Raises QueryError for letters that are not supported."""
    return _parse_joda(template) if function == "format_datetime" else _parse_mysql(function, template)


def _parse_mysql(function: str, template: str) -> Parts:
    parts: Parts = []
    for match in re.finditer(r"%(.)|([^%]+)|%$", template, re.DOTALL):
        letter, plain = match.groups()
        if plain is not None:
            parts.append(("text", plain))
        elif letter == "%":
            parts.append(("text", "%"))
        elif letter in _MYSQL:
            parts.append(("strftime", _MYSQL[letter]))
        else:
            raise unsupported(f"{function}: '{match[0]}'")
    return parts


def _parse_joda(template: str) -> Parts:
    parts: Parts = []
    for match in re.finditer(r"''|'((?:[^']|'')*)'|(([A-Za-z])\3*)|([^A-Za-z']+)|'", template):
        quoted, run, _, plain = match.groups()
        if match[0] == "''":
            parts.append(("text", "'"))
        elif quoted is not None:
            parts.append(("text", quoted.replace("''", "'")))
        elif plain is not None:
            parts.append(("text", plain))
        elif run in _JODA:
            parts.append(("strftime", _JODA[run]))
        else:
            raise unsupported(f"format_datetime: '{match[0]}'")
    return parts


def to_text(parts: Parts, moment: str) -> str:
    """Return SQL of a time in a format."""
    if not parts:
        return f"CASE WHEN {moment} IS NULL THEN NULL ELSE '' END"
    template = "".join(body.replace("%", "%%") if kind == "text" else body for kind, body in parts)
    return f"strftime({moment}, {text(template)})"


def from_text(parts: Parts, source: str) -> str:
    """Return SQL of the timestamp that a text in a format spells: fixed widths only, and a date first."""
    regex, fields = "", []
    for kind, body in parts:
        if kind == "text":
            regex += re.escape(body)
        elif body in _FIELDS:
            regex += _FIELDS[body]
            fields += re.findall(r"%[A-Z]|%[a-z]", body)
        else:
            raise unsupported(f"date_parse: '{body}'")
    if len(set(fields)) != len(fields):
        raise unsupported("date_parse with a part twice")
    defaults = {"%Y": "1970", "%m": "01", "%d": "01", "%H": "00", "%M": "00", "%S": "00"}

    def part(letter: str) -> str:
        if letter not in fields:
            return text(defaults[letter])
        return f"regexp_extract({source}, {text(f'^{regex}$')}, {fields.index(letter) + 1})"

    day = " || '-' || ".join(part(letter) for letter in ("%Y", "%m", "%d"))
    clock = " || ':' || ".join(part(letter) for letter in ("%H", "%M", "%S"))
    message = fail("INVALID_FUNCTION_ARGUMENT", "Invalid format", "TIMESTAMP")
    return (
        f"CASE WHEN {source} IS NULL THEN NULL WHEN regexp_full_match({source}, {text(regex)})"
        f" THEN CAST({day} || ' ' || {clock} AS TIMESTAMP) ELSE {message} END"
    )
