"""The bookkeeping table: which content of which month each table holds. A load changes it with the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from glue_jobs.relational.connection import Connection, rows, run
from glue_jobs.relational.content import Content, Loaded, Months
from lake.model.relational.schema import RelationalSchema
from lake.naming.relational import LOADS, month_label


def read(connection: Connection) -> dict[str, dict[int, Loaded]]:
    """Return table → month → what was loaded last."""
    found: dict[str, dict[int, Loaded]] = defaultdict(dict)
    query = f"SELECT table_name, stored_month, row_count, crc32_sum, xxhash64_sum, declaration FROM `{LOADS}`"
    for table, month, count, crc32, xxhash64, declaration in rows(connection, query):
        content = Content(rows=int(count), crc32=int(crc32), xxhash64=int(xxhash64))
        found[table][int(month)] = Loaded(content=content, declaration=declaration)
    return dict(found)


def changed(schema: RelationalSchema, contents: Months, loaded: Mapping[int, Loaded]) -> set[int]:
    """Return the months whose rows differ from those in MySQL, and those that have gone."""
    wanted = {
        month: Loaded(content=content, declaration=schema.digest) for month, content in contents.items()
    }
    return {month for month in {*wanted, *loaded} if wanted.get(month) != loaded.get(month)}


def write(
    connection: Connection,
    schema: RelationalSchema,
    contents: Months,
    months: Iterable[int],
    *,
    execution: str,
    at: datetime,
) -> None:
    """Record the content of `months`, and remove those that have none, in the open transaction."""
    moment = at.astimezone(UTC).replace(tzinfo=None)
    for month in sorted(months):
        content = contents.get(month)
        if content is None:
            run(
                connection,
                f"DELETE FROM `{LOADS}` WHERE table_name = %s AND stored_month = %s",
                (schema.name, month),
            )
            continue
        run(
            connection,
            f"REPLACE INTO `{LOADS}` VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                schema.name,
                month,
                month_label(month),
                content.rows,
                content.crc32,
                content.xxhash64,
                schema.digest,
                execution,
                moment,
            ),
        )


def forget(connection: Connection, table: str) -> None:
    """Remove all entries of a table that is about to be created."""
    run(connection, f"DELETE FROM `{LOADS}` WHERE table_name = %s", (table,))
