"""Measure one upload through the local cloud, from the first byte to the last catalog entry."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from lake.errors import CaudalError
from lake.model.columns import Column
from lake.model.spec import Domain, Mart
from lake.naming import Names
from localcloud.client import ExecutionWatcher, StateTime
from localcloud.context import ACCOUNT, REGION
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from uploader import upload

ENV = "dev"
NAMES = Names(env=ENV, account=ACCOUNT, region=REGION)
LAYERS = ("bronze", "silver", "gold")

CATALOGUED = "ValidateCuratedCrawl"
"""The state of the pipeline at whose end the catalog has gold; copies of gold are updated afterwards."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measurements of one upload.

    `upload`, `pipeline`, `catalogued` (the part of `pipeline` until the catalog has gold) and `stages` (by
    state of the pipeline) are seconds. `files` counts the Parquet files by layer after the upload.
    `memory_mb` is the Spark worker's peak memory.
    """

    upload: float
    pipeline: float
    catalogued: float
    stages: dict[str, float]
    files: dict[str, int]
    memory_mb: int
    extra: dict[str, float] = field(default_factory=dict)


def run_upload(cloud: LocalCloud, domain: Domain, *paths: Path) -> Measured:
    """Upload files and folders, wait until the pipeline has catalogued them, and return measurements.

    Raises CaudalError if an execution of the pipeline fails.
    """
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAMES.state_machine(domain.name)}"
    watch = ExecutionWatcher(cloud.client("stepfunctions"), machine)
    began = time.monotonic()
    send(cloud, domain, *paths)
    uploaded, uploaded_at = time.monotonic(), datetime.now(UTC)
    for _ in watch.follow(cloud.is_idle):
        pass
    ended = time.monotonic()
    stages: Counter[str] = Counter()
    states = [state for execution in watch.followed.values() for state in execution.states]
    for execution in watch.followed.values():
        if execution.status != "SUCCEEDED":
            raise CaudalError(
                f"the pipeline ended as {execution.status}: {execution.cause}.",
                where=f"domain {domain.name}",
            )
        for state in execution.states:
            stages[state.name] += state.seconds or 0.0  # type: ignore[assignment]
    return Measured(
        upload=uploaded - began,
        pipeline=ended - uploaded,
        catalogued=seconds_to_catalog(uploaded_at, states) or ended - uploaded,
        stages=dict(stages),
        files=parquet_files(cloud.context.home, domain),
        memory_mb=executor().peak_memory() // (1 << 20),
    )


def seconds_to_catalog(since: datetime, states: Sequence[StateTime]) -> float | None:
    """Return the seconds until the catalog had gold for the last time; None if no state has changed it."""
    ends = [
        state.entered + timedelta(seconds=state.seconds)
        for state in states
        if state.name == CATALOGUED and state.seconds is not None
    ]
    return (max(ends) - since).total_seconds() if ends else None


def send(cloud: LocalCloud, domain: Domain, *paths: Path) -> None:
    """Upload files and folders in the uploader's role."""
    role = f"arn:aws:iam::{ACCOUNT}:role/{NAMES.uploader_role}"
    upload(list(paths), domain, client=cloud.client("s3", role), names=NAMES)


def equal_marts(home: Path, domain: Domain, connection: duckdb.DuckDBPyConnection) -> tuple[int, list[str]]:
    """Return how many published marts equal the tables of `connection` row by row, and the others' names.

    Marts that the reference does not build (logs of runs) are left out.
    """
    connection.execute("SET TimeZone = 'UTC'")
    reference_has = {
        name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }
    compared = [mart for mart in domain.marts if mart.name in reference_has]
    differing = [mart.name for mart in compared if not _equals(home, domain, mart, connection)]
    return len(compared) - len(differing), differing


def _equals(home: Path, domain: Domain, mart: Mart, connection: duckdb.DuckDBPyConnection) -> bool:
    files = home / "s3" / NAMES.curated_bucket / domain.name / mart.name / "**/*.parquet"
    columns = ", ".join(_as_text(column) for column in mart.columns)
    published = f"SELECT {columns} FROM read_parquet('{files}', hive_partitioning = FALSE)"
    expected = f"SELECT {columns} FROM {mart.name}"
    query = "SELECT count(*) FROM (({0}) EXCEPT ALL ({1}))"
    pairs = ((published, expected), (expected, published))
    return all(connection.execute(query.format(*pair)).fetchall() == [(0,)] for pair in pairs)


def _as_text(column: Column) -> str:
    """Return SQL for the value as text. Timestamps with and without a zone compare as equal."""
    value = f"CAST({column.name} AS TIMESTAMPTZ)" if column.type == "timestamp" else column.name
    return f"CAST({value} AS VARCHAR)"


def parquet_files(home: Path, domain: Domain) -> dict[str, int]:
    """Count the Parquet files of bronze, silver and gold."""
    processed = home / "s3" / NAMES.processed_bucket
    folders = {
        "bronze": processed / "bronze" / domain.name,
        "silver": processed / "silver" / domain.name,
        "gold": home / "s3" / NAMES.curated_bucket / domain.name,
    }
    return {layer: sum(1 for _ in folder.rglob("*.parquet")) for layer, folder in folders.items()}
