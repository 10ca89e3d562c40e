"""The statements of the transaction that make tables equal to their staging tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from glue_jobs.relational.connection import Connection, rows, run
from glue_jobs.relational.ddl import quoted
from lake.model.relational.schema import Field, RelationalSchema
from lake.naming.relational import STORED_MONTH


@dataclass(frozen=True)
class Merged:
    """Numbers of rows that a load deleted, updated and inserted."""

    deleted: int = 0
    updated: int = 0
    inserted: int = 0

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.deleted + other.deleted, self.updated + other.updated, self.inserted + other.inserted
        )


def merge(
    connection: Connection, schema: RelationalSchema, staging: str, months: Iterable[int] | None
) -> Merged:
    """Make `months` of a table, or with None the whole table, equal to staging, in the open transaction.

    Rows of these that staging lacks are deleted. A row that moves between months is updated: its key is
    in staging, under its new month.
    """
    if not rows(connection, f"SELECT 1 FROM `{schema.name}` LIMIT 1"):
        return Merged(inserted=run(connection, insert_all(schema, staging)))
    return Merged(
        deleted=run(connection, delete_missing(schema, staging, months)),
        updated=run(connection, update_different(schema, staging)),
        inserted=run(connection, insert_new(schema, staging)),
    )


def delete_missing(schema: RelationalSchema, staging: str, months: Iterable[int] | None) -> str:
    """Return the statement that deletes the rows of `months`, or of all, whose key staging lacks."""
    of_months = ""
    if months is not None:
        of_months = f"l.`{STORED_MONTH}` IN ({', '.join(str(month) for month in sorted(months))}) AND "
    return (
        f"DELETE l FROM `{schema.name}` l LEFT JOIN `{staging}` s ON {_same_key(schema)} "
        f"WHERE {of_months}s.`{schema.primary[0]}` IS NULL"
    )


def update_different(schema: RelationalSchema, staging: str) -> str:
    """Return the statement that updates the rows that differ in a byte of a text, or in another value."""
    others = [field for field in schema.columns if field.name not in schema.primary]
    changes = ", ".join(f"l.`{field.name}` = s.`{field.name}`" for field in others)
    return (
        f"UPDATE `{schema.name}` l JOIN `{staging}` s ON {_same_key(schema)} SET {changes} "
        f"WHERE {' OR '.join(_differs(field) for field in others)}"
    )


def insert_new(schema: RelationalSchema, staging: str) -> str:
    """Return the statement that inserts the rows whose key the table lacks."""
    names = [field.name for field in schema.columns]
    return (
        f"INSERT INTO `{schema.name}` ({quoted(names)}) SELECT {quoted(names, 's.')} FROM `{staging}` s "
        f"LEFT JOIN `{schema.name}` l ON {_same_key(schema)} WHERE l.`{schema.primary[0]}` IS NULL"
    )


def insert_all(schema: RelationalSchema, staging: str) -> str:
    """Return the statement that fills an empty table."""
    names = quoted(field.name for field in schema.columns)
    return f"INSERT INTO `{schema.name}` ({names}) SELECT {names} FROM `{staging}`"


def _same_key(schema: RelationalSchema) -> str:
    return " AND ".join(f"l.`{name}` = s.`{name}`" for name in schema.primary)


def _differs(field: Field) -> str:
    left, right = (f"{side}.`{field.name}`" for side in ("l", "s"))
    if field.is_text:
        left, right = f"CAST({left} AS BINARY)", f"CAST({right} AS BINARY)"
    return f"NOT ({left} <=> {right})"
