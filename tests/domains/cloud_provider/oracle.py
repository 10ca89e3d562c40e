"""The cloud provider's expected tables after a history of uploads, computed without Spark.

The DuckDB reference reads and resolves the CSV drops and computes the marts, `events_oracle` resolves the
stream. Only the declarations are shared with the jobs.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from bench.reference.program import LandingFile, build_marts, resolve
from domains.cloud_provider.domain import DOMAIN
from lake.files.recognition import recognise
from lake.model.spec import Table
from tests.domains.cloud_provider.events_oracle import ExpectedEvents, expected_events
from tests.pipeline import Pipeline, Rows, Upload

EVENTS = DOMAIN.table("usage_events")
SILVER_EVENTS = (*(c.name for c in EVENTS.columns), *(c.name for c in EVENTS.enrichment), "quality_flags")

_ARROW = {
    "timestamp": pa.timestamp("us"), "string": pa.string(), "int": pa.int32(),
    "decimal(18,6)": pa.decimal128(18, 6),
}  # fmt: skip

_ENRICHED = """
    SELECT e.* EXCLUDE (quality_flags), event_ts::DATE AS usage_date, org_name, industry, plan_tier, hq_region,
        lifecycle_stage,
        CASE WHEN o.org_id IS NOT NULL THEN coalesce(u.users, 0) END AS org_users,
        CASE WHEN o.org_id IS NOT NULL THEN coalesce(u.active, 0) END AS org_active_users,
        r.state AS resource_state, r.created_at AS resource_created_at,
        TRY_CAST(TRY_CAST(r.tags_json AS JSON) AS VARCHAR[]) AS resource_tags,
        list_sort(
            quality_flags
            || CASE WHEN o.org_id IS NULL THEN ['org_id.unknown'] ELSE []::VARCHAR[] END
            || CASE WHEN e.resource_id IS NOT NULL AND r.resource_id IS NULL THEN ['resource_id.unknown']
                ELSE []::VARCHAR[] END
        ) AS quality_flags
    FROM usage_events AS e
    LEFT JOIN customers_orgs AS o ON o.org_id = e.org_id
    LEFT JOIN (
        SELECT org_id, count(*) AS users, count(*) FILTER (WHERE active) AS active FROM users GROUP BY org_id
    ) AS u ON u.org_id = e.org_id
    LEFT JOIN resources AS r ON r.resource_id = e.resource_id
"""


@dataclass(frozen=True)
class Expected:
    """Published tables in the form of `published`, and the numbers of good and bad stream records."""

    published: dict[str, Rows]
    good_events: int
    bad_events: int


def expected(uploads: Sequence[Upload]) -> Expected:
    """Return the state after all uploads are ingested; their division into batches does not matter."""
    events = expected_events(_event_files(uploads))
    with duckdb.connect() as connection, TemporaryDirectory() as folder:
        connection.execute("SET TimeZone = 'UTC'")
        files = list(_drops(uploads, Path(folder)))
        for table in DOMAIN.csv_tables:
            resolve(connection, table, [file for file in files if file.table == table])
        _load(connection, events)
        build_marts(DOMAIN, connection)
        found = {f"silver.{EVENTS.name}": _rows(connection, f"({_ENRICHED})", SILVER_EVENTS)}
        for table in DOMAIN.csv_tables:
            found[f"silver.{table.name}"] = _rows(connection, table.name, _names(table))
        for mart in DOMAIN.marts:
            found[f"gold.{mart.name}"] = _rows(connection, mart.name, [c.name for c in mart.columns])
    return Expected(found, events.good, events.bad)


def published(pipeline: Pipeline) -> dict[str, Rows]:
    """Return the pipeline's tables as sorted texts: declared columns of silver, all columns of gold."""
    silver = {
        f"silver.{table.name}": pipeline.rows("silver", table.name, *_without_zone(table))
        for table in DOMAIN.csv_tables
    }
    enriched = (column.name for column in EVENTS.enrichment)
    columns = (*_without_zone(EVENTS), *enriched, "list_sort(quality_flags)")
    events = pipeline.rows("silver", EVENTS.name, *columns)
    gold = {
        f"gold.{mart.name}": pipeline.rows("gold", mart.name, *(c.name for c in mart.columns))
        for mart in DOMAIN.marts
    }
    return {f"silver.{EVENTS.name}": events, **silver, **gold}


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _without_zone(table: Table) -> list[str]:
    """Return the columns as SQL expressions in the form of the reference: timestamps without a zone."""
    return [
        f"{column.name} AT TIME ZONE 'UTC'" if column.type == "timestamp" else column.name
        for column in table.columns
    ]


def _rows(connection: duckdb.DuckDBPyConnection, source: str, names: Sequence[str]) -> Rows:
    columns = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
    return sorted(connection.execute(f"SELECT {columns} FROM {source}").fetchall(), key=repr)


def _load(connection: duckdb.DuckDBPyConnection, events: ExpectedEvents) -> None:
    """Create the table of the stream."""
    schema = pa.schema(
        [
            *((column.name, _ARROW[column.type]) for column in EVENTS.columns),
            ("quality_flags", pa.list_(pa.string())),
        ]
    )
    connection.register("arrived", pa.Table.from_pylist(list(events.winners.values()), schema))
    connection.execute(f"CREATE TABLE {EVENTS.name} AS SELECT * FROM arrived")


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _event_files(uploads: Sequence[Upload]) -> Iterator[bytes]:
    for upload in uploads:
        for path, content in upload.files.items():
            if path.startswith(f"{EVENTS.name}/"):
                body = _bytes(content)
                yield gzip.decompress(body) if path.endswith(".gz") else body


def _drops(uploads: Sequence[Upload], folder: Path) -> Iterator[LandingFile]:
    """Yield the files of CSV tables in the order of their ranks, without copies of earlier files."""
    seen: set[bytes] = set()
    rank = 0
    for upload in sorted(uploads, key=lambda upload: upload.at):
        files = {path: _bytes(content) for path, content in upload.files.items()}
        in_order = sorted(files, key=lambda path: (path.count("/"), path))
        # Of copies in one upload call the highest-ranking file counts.
        originals = {files[path]: path for path in in_order}
        for path in in_order:
            recognised = recognise(DOMAIN, path, files[path])
            if path.startswith(f"{EVENTS.name}/") or recognised.problem or recognised.table is None:
                continue
            if files[path] in seen or originals[files[path]] != path:
                continue
            seen.add(files[path])
            rank += 1
            target = folder / f"{rank:05}.csv"
            target.write_bytes(files[path])
            yield LandingFile(target, rank, recognised, recognised.table)
