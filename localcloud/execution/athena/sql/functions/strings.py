"""Functions of strings and binaries."""

from __future__ import annotations

import re
from collections.abc import Callable

from localcloud.execution.athena.errors import unsupported
from localcloud.execution.athena.sql.functions.templates import Templates
from localcloud.execution.athena.sql.types import (
    BIGINT,
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    coercible,
)
from localcloud.execution.athena.sql.values import Value, coerce, fail, string_constant

_BAD = "INVALID_FUNCTION_ARGUMENT"
_POSITION = fail(_BAD, "'instance' must be a positive or negative number.", "BIGINT")
_LETTER = fail(_BAD, "Input string must be a single character string")
_ONE_LETTER = f"CASE WHEN length({{0}}) <> 1 THEN {_LETTER} ELSE ord({{0}}) END"
_DELIMITER = fail(_BAD, "The delimiter may not be the empty string", "VARCHAR[]")
_INDEX = fail(_BAD, "Index must be greater than zero", "VARCHAR")
_SIZE = fail(_BAD, "Target length must be in the range [0..2147483647]", "VARCHAR")
_PAD = fail(_BAD, "Padding string must not be empty", "VARCHAR")


def _pad(function: str) -> str:
    return (
        f"CASE WHEN {{1}} < 0 THEN {_SIZE} WHEN {{2}} = '' THEN {_PAD}"
        f" ELSE {function}({{0}}, CAST({{1}} AS INTEGER), {{2}}) END"
    )


_SPACES = (
    "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31)"
)

TEMPLATES: Templates = {
    "length": (("varchar", "bigint", "length({0})"), ("varbinary", "bigint", "octet_length({0})")),
    "upper": (("varchar", "$0", "simple_case({0}, true)"),),
    "lower": (("varchar", "$0", "simple_case({0}, false)"),),
    "strpos": (("varchar,varchar", "bigint", "strpos({0}, {1})"),),
    "starts_with": (("varchar,varchar", "boolean", "starts_with({0}, {1})"),),
    "reverse": (("varchar", "$0", "array_to_string(list_reverse(string_to_array({0}, '')), '')"),),
    "lpad": (("varchar,bigint,varchar", "varchar", _pad("lpad")),),
    "rpad": (("varchar,bigint,varchar", "varchar", _pad("rpad")),),
    "trim": (("varchar", "$0", f"trim({{0}}, {_SPACES})"), ("varchar,varchar", "$0", "trim({0}, {1})")),
    "ltrim": (("varchar", "$0", f"ltrim({{0}}, {_SPACES})"), ("varchar,varchar", "$0", "ltrim({0}, {1})")),
    "rtrim": (("varchar", "$0", f"rtrim({{0}}, {_SPACES})"), ("varchar,varchar", "$0", "rtrim({0}, {1})")),
    "codepoint": (("varchar(1)", "integer", _ONE_LETTER),),
    "translate": (("varchar,varchar,varchar", "varchar", "translate({0}, {1}, {2})"),),
    "levenshtein_distance": (("varchar,varchar", "bigint", "edit_distance({0}, {1})"),),
    "md5": (("varbinary", "varbinary", "unhex(md5({0}))"),),
    "sha1": (("varbinary", "varbinary", "unhex(sha1({0}))"),),
    "sha256": (("varbinary", "varbinary", "unhex(sha256({0}))"),),
    "to_hex": (("varbinary", "varchar", "hex({0})"),),
    "to_base64": (("varbinary", "varchar", "to_base64({0})"),),
    "to_utf8": (("varchar", "varbinary", "encode({0})"),),
    "url_decode": (("varchar", "$0", "form_decode({0})"),),
    "url_extract_parameter": (("varchar,varchar", "$0", "url_parameter({0}, {1})"),),
    "json_array_length": (("varchar", "bigint", "json_length({0})"),),
    "url_extract_host": (("varchar", "$0", "url_part({0}, 'host')"),),
    "url_extract_path": (("varchar", "$0", "url_part({0}, 'path')"),),
    "url_extract_protocol": (("varchar", "$0", "url_part({0}, 'protocol')"),),
    "url_extract_query": (("varchar", "$0", "url_part({0}, 'query')"),),
    "url_extract_fragment": (("varchar", "$0", "url_part({0}, 'fragment')"),),
}  # fmt: skip


def is_text(value: Value) -> bool:
    """Return whether a value is a varchar, or null."""
    return value.type.name == "varchar" or value.type == UNKNOWN


def _as_text(values: list[Value]) -> list[str] | None:
    return [coerce(value, VARCHAR).sql for value in values] if all(map(is_text, values)) else None


def _result(value: Value) -> Type:
    return value.type if value.type.name == "varchar" else Type("varchar", (0,))


def _substr(values: list[Value]) -> Value | None:
    if not 2 <= len(values) <= 3 or values[0].type.name != "varchar":
        return None
    if not all(coercible(value.type, BIGINT) for value in values[1:]):
        return None
    x, start = coerce(values[0], VARCHAR).sql, coerce(values[1], BIGINT).sql
    first = f"CASE WHEN {start} < 0 THEN length({x}) + {start} + 1 ELSE {start} END"
    size = coerce(values[2], BIGINT).sql if len(values) == 3 else f"CAST(length({x}) AS BIGINT)"
    outside = f"{start} = 0 OR {first} < 1 OR {first} > length({x}) OR {size} <= 0"
    sql = (
        f"CASE WHEN {x} IS NULL OR {start} IS NULL OR {size} IS NULL THEN NULL WHEN {outside} THEN ''"
        f" ELSE substring({x}, {first}, least({size}, length({x}))) END"
    )
    return Value(sql, _result(values[0]))


def _replace(values: list[Value]) -> Value | None:
    parts = _as_text(values)
    if parts is None or not 2 <= len(values) <= 3:
        return None
    if len(values) == 2:
        without = f"replace({parts[0]}, {parts[1]}, '')"
        return Value(f"CASE WHEN {parts[1]} = '' THEN {parts[0]} ELSE {without} END", _result(values[0]))
    x, old, new = parts
    # An empty text to find stands before, between and after all letters.
    spread = f"({new} || array_to_string(list_transform(string_to_array({x}, ''), lambda c: c || {new}), ''))"
    sql = (
        f"CASE WHEN {x} IS NULL OR {old} IS NULL OR {new} IS NULL THEN NULL WHEN {old} = '' AND {x} = '' THEN"
        f" {new} WHEN {old} = '' THEN {spread} ELSE replace({x}, {old}, {new}) END"
    )
    sizes = [_result(value).args[0] if _result(value).args else None for value in values]
    if None in sizes:
        return Value(sql, VARCHAR)
    length, _, added = (size or 0 for size in sizes)
    return Value(sql, Type("varchar", (min(2**31 - 1, length + added * (length + 1)),)))


def _split(values: list[Value]) -> Value | None:
    parts = _as_text(values[:2])
    if parts is None or len(values) != 2:
        return None
    x, by = parts
    pieces = f"CASE WHEN {by} = '' THEN {_DELIMITER} ELSE string_split({x}, {by}) END"
    missing = f"{x} IS NULL OR {by} IS NULL"
    return Value(f"CASE WHEN {missing} THEN NULL ELSE {pieces} END", array(_result(values[0])))


def _split_part(values: list[Value]) -> Value | None:
    if len(values) != 3 or (parts := _as_text(values[:2])) is None or not coercible(values[2].type, BIGINT):
        return None
    x, by = parts
    index = coerce(values[2], BIGINT).sql
    letters = f"CASE WHEN {by} = '' THEN string_split({x}, '') ELSE string_split({x}, {by}) END"
    sql = (
        f"CASE WHEN {x} IS NULL OR {by} IS NULL OR {index} IS NULL THEN NULL WHEN {index} <= 0 THEN {_INDEX}"
        f" ELSE ({letters})[{index}] END"
    )
    return Value(sql, _result(values[0]))


def _concat(values: list[Value]) -> Value | None:
    if len(values) < 2:
        return None
    if UNKNOWN in (value.type for value in values):
        return None
    if all(value.type.name in ("varbinary", "unknown") for value in values) and any(
        value.type.name == "varbinary" for value in values
    ):
        return Value(f"({' || '.join(value.sql for value in values)})", Type("varbinary"))
    if any(value.type.name == "array" for value in values):
        return _concat_arrays(values)
    parts = _as_text(values)
    return Value(f"({' || '.join(parts)})", VARCHAR) if parts else None


def _concat_arrays(values: list[Value]) -> Value | None:
    from localcloud.execution.athena.sql.operators.arithmetic import concatenate

    found = values[0]
    for value in values[1:]:
        found = concatenate(found, value)
    return found


def _concat_ws(values: list[Value]) -> Value | None:
    if len(values) < 2:
        return None
    if len(values) == 2 and values[1].type.name == "array" and is_text(Value("", values[1].type.element)):
        by, listed = coerce(values[0], VARCHAR).sql, values[1].sql
        joined = f"coalesce(array_to_string({listed}, {by}), '')"
        return Value(f"CASE WHEN {by} IS NULL OR {listed} IS NULL THEN NULL ELSE {joined} END", VARCHAR)
    parts = _as_text(values)
    if parts is None or UNKNOWN in (value.type for value in values):
        return None
    return Value(f"CASE WHEN {parts[0]} IS NULL THEN NULL ELSE concat_ws({', '.join(parts)}) END", VARCHAR)


def _chr(values: list[Value]) -> Value | None:
    if len(values) != 1 or not coercible(values[0].type, BIGINT):
        return None
    code = coerce(values[0], BIGINT).sql
    message = fail(_BAD, "Not a valid Unicode code point", "VARCHAR")
    valid = f"{code} BETWEEN 0 AND 1114111 AND NOT {code} BETWEEN 55296 AND 57343"
    letter = f"chr(CAST({code} AS INTEGER))"
    sql = f"CASE WHEN {code} IS NULL THEN NULL WHEN {valid} THEN {letter} ELSE {message} END"
    return Value(sql, Type("varchar", (1,)))


def _normalize(values: list[Value]) -> Value | None:
    if not 1 <= len(values) <= 2 or not is_text(values[0]):
        return None
    form = string_constant(values[1], "a normal form") if len(values) == 2 else "NFC"
    return Value(f"normal_form({coerce(values[0], VARCHAR).sql}, '{form}')", VARCHAR)


def _from_hex(values: list[Value]) -> Value | None:
    if len(values) != 1 or not is_text(values[0]):
        return None
    x = coerce(values[0], VARCHAR).sql
    message = fail(_BAD, "Input must be hexadecimal", "BLOB")
    valid = f"regexp_full_match({x}, '([0-9a-fA-F][0-9a-fA-F])*')"
    return Value(f"CASE WHEN {x} IS NULL OR {valid} THEN unhex({x}) ELSE {message} END", Type("varbinary"))


def _url_encode(values: list[Value]) -> Value | None:
    if len(values) != 1 or not is_text(values[0]):
        return None
    size = _result(values[0]).args
    kind = Type("varchar", (min(2**31 - 1, 12 * size[0]),)) if size else VARCHAR
    return Value(f"form_encode({coerce(values[0], VARCHAR).sql})", kind)


def _json_scalar(values: list[Value]) -> Value | None:
    if len(values) != 2 or values[0].type.name != "varchar":
        return None
    path = string_constant(values[1], "a JSON path")
    if not re.fullmatch(r"\$(\.[A-Za-z0-9_]+|\[\d+\])*", path):
        raise unsupported(f"the JSON path '{path}'")
    return Value(f"json_scalar({coerce(values[0], VARCHAR).sql}, {values[1].sql})", _result(values[0]))


def _from_base64(values: list[Value]) -> Value | None:
    if len(values) != 1 or not is_text(values[0]):
        return None
    x = coerce(values[0], VARCHAR).sql
    padded = f"rpad({x}, CAST((length({x}) + 3) // 4 * 4 AS INTEGER), '=')"
    return Value(f"from_base64({padded})", Type("varbinary"))


FUNCTIONS: dict[str, Callable[[list[Value]], Value | None]] = {
    "substr": _substr, "substring": _substr, "replace": _replace, "split": _split, "split_part": _split_part,
    "concat": _concat, "concat_ws": _concat_ws, "chr": _chr, "normalize": _normalize,
    "url_encode": _url_encode, "json_extract_scalar": _json_scalar, "from_hex": _from_hex,
    "from_base64": _from_base64,
}  # fmt: skip
