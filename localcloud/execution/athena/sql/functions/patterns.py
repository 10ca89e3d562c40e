"""Regular expressions: patterns of a syntax that DuckDB's and Trino's engines read alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from localcloud.execution.athena.errors import QueryError, unsupported
from localcloud.execution.athena.sql.functions.strings import is_text
from localcloud.execution.athena.sql.types import BIGINT, BOOLEAN, VARCHAR, Type, array
from localcloud.execution.athena.sql.values import Value, coerce, integer_constant, text

_TOKEN = re.compile(
    r"\\[dDwWsSbnrt]|\\[^A-Za-z0-9]|\[\^?(?:\\[dws]|\\[^A-Za-z0-9]|[^\\\]\[&])+\]|\(\?:|\(\?i\)|\((?!\?)|\)"
    r"|\{\d+(?:,\d*)?\}\??|[*+?]\??(?!\+)|[|^$.]|[^\\\[\](){}*+?|^$.]"
)
_CLASSES = {
    # Of ASCII only, to both engines; DuckDB's \s lacks the vertical tab.
    r"\w": "0-9A-Za-z_", r"\d": "0-9", r"\s": r"\t\n\v\f\r ",
}  # fmt: skip


def pattern(value: Value) -> tuple[str, int]:
    """Return a literal pattern for DuckDB and the number of its groups.

    Raises QueryError for patterns that are no literals, and for syntax that the engines read differently.
    """
    if not isinstance(value.constant, str):
        raise unsupported("a regular expression that is not a string literal")
    source, at, groups, out = value.constant, 0, 0, []
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise unsupported(f"the regular expression '{source}' from '{source[at:]}' on")
        token = match[0]
        groups += token == "("
        if token == "(?i)" and at > 0:
            raise unsupported(f"(?i) within the regular expression '{source}'")
        out.append(_translated(token))
        at = match.end()
    try:
        re.compile(source)
    except re.error as error:
        raise QueryError("INVALID_FUNCTION_ARGUMENT", f"{error} in '{source}'") from error
    return "".join(out), groups


def _translated(token: str) -> str:
    if token in _CLASSES:
        return f"[{_CLASSES[token]}]"
    if token.lower() in _CLASSES:
        return f"[^{_CLASSES[token.lower()]}]"
    if token == r"\b":
        raise unsupported(r"\b in a regular expression")
    if token == "$":
        # Before a line end at the very end, too.
        return r"(?:\n?\z)"
    if token.startswith("["):
        for name, letters in _CLASSES.items():
            token = token.replace(name, letters)
    return token


def _subject(values: list[Value], least: int, most: int) -> tuple[str, str, int] | None:
    if not least <= len(values) <= most or not is_text(values[0]):
        return None
    found, groups = pattern(values[1])
    return coerce(values[0], VARCHAR).sql, text(found), groups


def _result(value: Value) -> Type:
    return value.type if value.type.name == "varchar" else Type("varchar", (0,))


def _group(values: list[Value], groups: int) -> int:
    group = integer_constant(values[2], "a group number") if len(values) == 3 else 0
    if not 0 <= group <= groups:
        raise QueryError(
            "INVALID_FUNCTION_ARGUMENT", f"Pattern has {groups} groups. Cannot access group {group}"
        )
    return group


def _check_group(values: list[Value], group: int) -> None:
    """Refuse a group that a match may leave out: it is null to Trino, empty to DuckDB."""
    source = str(values[1].constant)
    if group and ("|" in source or re.search(r"\)[?*{]", source)):
        raise unsupported(f"a group of '{source}', which a match may leave out,")


def _like(values: list[Value]) -> Value | None:
    found = _subject(values, 2, 2)
    return Value(f"regexp_matches({found[0]}, {found[1]})", BOOLEAN) if found else None


def _extract(values: list[Value]) -> Value | None:
    found = _subject(values, 2, 3)
    if found is None:
        return None
    x, regex, groups = found
    group = _group(values, groups)
    _check_group(values, group)
    sql = f"CASE WHEN regexp_matches({x}, {regex}) THEN regexp_extract({x}, {regex}, {group}) END"
    return Value(sql, _result(values[0]))


def _extract_all(values: list[Value]) -> Value | None:
    found = _subject(values, 2, 3)
    if found is None:
        return None
    group = _group(values, found[2])
    _check_group(values, group)
    return Value(f"regexp_extract_all({found[0]}, {found[1]}, {group})", array(_result(values[0])))


def _replace(values: list[Value]) -> Value | None:
    found = _subject(values, 2, 3)
    if found is None or (len(values) == 3 and not isinstance(values[2].constant, str)):
        return None
    new = values[2].constant if len(values) == 3 else ""
    assert isinstance(new, str)
    replaced = f"regexp_replace({found[0]}, {found[1]}, {text(_replacement(new, found[2]))}, 'g')"
    if len(values) == 2:
        return Value(replaced, _result(values[0]))
    sizes = [_result(values[index]).args for index in (0, 2)]
    if not sizes[0] or not sizes[1]:
        return Value(replaced, VARCHAR)
    x, y = sizes[0][0], sizes[1][0]
    return Value(replaced, Type("varchar", (min(2**31 - 1, x + max(x * y // 2, y) * (x + 1)),)))


def _replacement(source: str, groups: int) -> str:
    out, at = [], 0
    while at < len(source):
        letter = source[at]
        if letter == "$":
            match = re.match(r"\$(\d)(?!\d)", source[at:])
            if match is None or int(match[1]) > groups:
                raise unsupported(f"the replacement '{source}' of a regular expression")
            out.append(f"\\{match[1]}")
            at += 2
        elif letter == "\\":
            if at + 1 == len(source):
                raise QueryError("INVALID_FUNCTION_ARGUMENT", "Illegal replacement sequence")
            out.append("\\\\" if source[at + 1] == "\\" else source[at + 1])
            at += 2
        else:
            out.append(letter)
            at += 1
    return "".join(out)


def _count(values: list[Value]) -> Value | None:
    found = _subject(values, 2, 2)
    return (
        Value(f"CAST(len(regexp_extract_all({found[0]}, {found[1]}, 0)) AS BIGINT)", BIGINT)
        if found
        else None
    )


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "regexp_like": _like, "regexp_extract": _extract, "regexp_extract_all": _extract_all,
    "regexp_replace": _replace, "regexp_count": _count,
}  # fmt: skip
