"""Read source rows as text in DuckDB and cast them, with its own implementation of the grammar of types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import duckdb
from sqlglot import transpile

from lake.files.recognition import Recognised
from lake.model.columns import Column
from lake.model.spec import Table

_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIMESTAMP = _DATE + r"[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}(:?\d{2})?)?"
_WHITE_SPACE = " \t\r\n\f\u00a0\ufeff"
_MAX_LINE = 64 << 20
_VALUE = "value_to_derive_from"


def duckdb_type(type_: str) -> str:
    """Return DuckDB's name of a declared type."""
    return {"string": "VARCHAR", "array<string>": "VARCHAR[]"}.get(type_, type_.upper())


def wide_type(type_: str) -> str:
    """Return the type that checks compute with: DuckDB's decimals overflow at their operands' width."""
    return (
        f"DECIMAL(38,{type_.rstrip(')').split(',')[1]})"
        if type_.startswith("decimal")
        else duckdb_type(type_)
    )


def cast_text(column: Column) -> str:
    """Return SQL for the value of the trimmed text of `column`; null if the text does not cast."""
    text = column.name
    if column.clean:
        text = f"({transpile(column.clean.format(text), read='spark', write='duckdb')[0]})"
    value = _typed(column, text)
    if column.derive:
        # The value is already DuckDB SQL: translate only the expression around it.
        derived = transpile(column.derive.format(_VALUE), read="spark", write="duckdb")[0]
        return f"({derived.replace(_VALUE, f'({value})')})"
    return value


def _typed(column: Column, text: str) -> str:
    if column.type == "string":
        return text
    if column.type == "boolean":
        return f"CASE lower({text}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
    if column.type == "date":
        return _of_years(f"CASE WHEN {_matches(text, _DATE)} THEN TRY_CAST({text} AS DATE) END")
    if column.type == "timestamp":
        grammar = f"{_TIMESTAMP}|{_DATE}" if column.bare_date else _TIMESTAMP
        moment = f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        return _of_years(f"CASE WHEN {_matches(text, grammar)} THEN {moment} END")
    if column.type.startswith("decimal"):
        return f"CASE WHEN {_matches(text, _NUMBER)} THEN TRY_CAST({text} AS {column.type}) END"
    exact = f"TRY_CAST({text} AS DECIMAL(38, 18))"
    return (
        f"CASE WHEN {_matches(text, _NUMBER)} AND {exact} = floor({exact})"
        f" THEN TRY_CAST({exact} AS {duckdb_type(column.type)}) END"
    )


def _of_years(moment: str) -> str:
    return f"CASE WHEN year({moment}) BETWEEN 1 AND 9999 THEN {moment} END"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, '{pattern}')"


def read_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[tuple[Path, int, Recognised]]
) -> None:
    """Create `rows_as_text`: the declared columns as trimmed text, `file_rank` and `file_row`.

    `files` are path, rank and recognition. Malformed lines are left out, except a line with one empty
    field too many, which DuckDB reads as a trailing delimiter.
    """
    names = [column.name for column in table.columns]
    declared = ", ".join(f"{name} VARCHAR" for name in names)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rows_as_text ({declared}, file_rank INTEGER, file_row BIGINT)"
    )
    alike: dict[tuple[tuple[str, ...], bool], list[tuple[Path, int, Recognised]]] = defaultdict(list)
    for file in files:
        alike[file[2].headers, file[2].compressed].append(file)
    for (headers, compressed), group in alike.items():
        positions = group[0][2].positions
        columns = ", ".join(
            f"nullif(trim(c{positions[name]}, $white_space), '')" if name in positions else "NULL"
            for name in names
        )
        fields = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(headers)))
        connection.execute(
            f"""
            INSERT INTO rows_as_text
            SELECT {columns}, list_extract($ranks, list_position($paths, filename)), row_number() OVER ()
            FROM read_csv(
                $paths, columns = {{{fields}}}, auto_detect = FALSE, header = TRUE, delim = ',', quote = '"',
                escape = '"', filename = TRUE, ignore_errors = TRUE, max_line_size = {_MAX_LINE},
                compression = '{"gzip" if compressed else "none"}'
            )
            """,
            {
                "white_space": _WHITE_SPACE,
                "paths": [str(path) for path, _, _ in group],
                "ranks": [rank for _, rank, _ in group],
            },
        )


def read_lines(connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path]) -> None:
    """Create `rows_as_text` from a stream's JSON lines: declared columns as trimmed text, and `line_hash`.

    Lines that are no JSON object are left out. If a line has a key twice, the first value counts.
    """
    headers = [f"$.{column.header}" for column in table.columns]
    fields = ", ".join(
        f"nullif(trim(fields[{place}], $white_space), '') AS {column.name}"
        for place, column in enumerate(table.columns, start=1)
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE rows_as_text AS
        SELECT {fields}, sha256(line) AS line_hash
        FROM (
            SELECT json::VARCHAR AS line, json_extract_string(json, $headers::VARCHAR[]) AS fields
            FROM read_ndjson_objects(
                $paths, ignore_errors = TRUE, format = 'newline_delimited', maximum_object_size = {_MAX_LINE}
            )
            WHERE json_type(json) = 'OBJECT'
        )
        """,
        {"white_space": _WHITE_SPACE, "paths": [str(path) for path in paths], "headers": headers},
    )
