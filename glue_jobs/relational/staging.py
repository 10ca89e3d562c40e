"""Fills staging tables with `LOAD DATA LOCAL INFILE`, and compares them with what Spark counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from glue_jobs.relational.connection import Connection, rows, run
from glue_jobs.relational.content import Content, Months
from glue_jobs.relational.ddl import create_staging, row_text
from glue_jobs.relational.errors import WARNINGS, RelationalError
from lake.model.relational.schema import RelationalSchema
from lake.naming.relational import STORED_MONTH, exact_key, month_label

MONTHS_NAMED = 4
"""Most months that a message lists."""


def drop(connection: Connection, name: str) -> None:
    run(connection, drop_statement(name))


def drop_statement(name: str) -> str:
    """Return the statement that drops a staging table, if it exists."""
    return f"DROP TABLE IF EXISTS `{name}`"


def create(connection: Connection, schema: RelationalSchema, name: str) -> None:
    run(connection, create_staging(schema, name))


def fill(
    connection: Connection, schema: RelationalSchema, name: str, month: int, files: Iterable[Path]
) -> None:
    """Load the text files of one month. Raises RelationalError for the first warning.

    `LOAD DATA LOCAL` turns errors into warnings: duplicates are skipped, text is cut, numbers are clipped.
    """
    statement = load_statement(schema, name, month)
    for file in files:
        with connection.cursor() as cursor:
            cursor.execute(statement, (str(file),))
            warnings = cursor.warning_count
        if warnings:
            shown = rows(connection, "SHOW WARNINGS LIMIT 1")
            code, text = (shown[0][1], shown[0][2]) if shown else (0, "no text")
            raise RelationalError(
                f"MySQL does not take {warnings} value(s) as they are: {text}.",
                where=place(schema, [month]),
                hint=f"{WARNINGS.get(code, 'See docs/runbook.md.')} Nothing was loaded.",
            )


def load_statement(schema: RelationalSchema, name: str, month: int) -> str:
    """Return the statement that loads one file; its parameter is the file's path."""
    companions = {
        each.name: exact_key(each.name) for each in schema.fields if _has_companion(schema, each.name)
    }
    columns = ", ".join(
        f"@t{position}" if field.name in companions else f"`{field.name}`"
        for position, field in enumerate(schema.fields)
    )
    settings = [f"`{STORED_MONTH}` = {month}"]
    for position, field in enumerate(schema.fields):
        if field.name in companions:
            settings += [
                f"`{field.name}` = @t{position}",
                # One byte more than the text tells null from a text without characters.
                f"`{companions[field.name]}` = COALESCE(CONCAT('=', @t{position}), '')",
            ]
    return (
        f"LOAD DATA LOCAL INFILE %s INTO TABLE `{name}` CHARACTER SET utf8mb4 "
        "FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' "
        f"({columns}) SET {', '.join(settings)}"
    )


def _has_companion(schema: RelationalSchema, column: str) -> bool:
    return exact_key(column) in schema.primary


def verify(connection: Connection, schema: RelationalSchema, name: str, contents: Months) -> None:
    """Raise RelationalError if a month in staging has other rows than Spark counted."""
    query = (
        f"SELECT `{STORED_MONTH}`, COUNT(*), SUM(CRC32({row_text(schema)})) FROM `{name}` "
        f"GROUP BY `{STORED_MONTH}`"
    )
    found = {int(month): (int(count), int(crc32)) for month, count, crc32 in rows(connection, query)}
    for month in sorted({*found, *contents}):
        content = contents.get(month, Content(rows=0, crc32=0, xxhash64=0))
        count, crc32 = found.get(month, (0, 0))
        if (count, crc32) != (content.rows, content.crc32):
            raise RelationalError(
                f"MySQL holds {count} rows with the checksum {crc32}, Spark counted {content.rows} rows with "
                f"{content.crc32}.",
                where=place(schema, [month]),
                hint="Nothing was loaded. Run the load again; if it fails again, the text of a type differs "
                "between Spark and MySQL.",
            )


def place(schema: RelationalSchema, months: Collection[int]) -> str:
    """Return table and months, for messages."""
    labels = [month_label(month) for month in sorted(months)]
    if len(labels) > MONTHS_NAMED:
        labels = [*labels[: MONTHS_NAMED - 1], "…", labels[-1]]
    return f"{schema.name}, month {', '.join(labels)}"
