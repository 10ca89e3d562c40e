"""Stream benchmarks: a backlog of events to bronze and the speed view, then the batch flow over it."""

from __future__ import annotations

import importlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table as Grid

from bench.measure import ENV, NAMES, Measured, equal_marts, parquet_files, run_upload, send
from bench.reference.program import reference
from bench.reference.rows import read_lines
from glue_jobs.stream_to_bronze import JOB
from lake import naming
from lake.errors import CaudalError
from lake.model.spec import Domain, Stream, Table
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

FILES = 200
"""Number of files of a backlog of any size."""

DAYS = 60
IDLE_SECONDS = 3_600.0

WARM_EVENTS = 1_000_000
"""Maximum number of events of the second backlog, which measures a worker that is already warm."""


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """Lines that one run over a backlog read, and its seconds: for bronze, and for the whole run."""

    lines: int
    bronze: float
    whole: float


@dataclass(frozen=True, kw_only=True)
class DuckDbResult:
    """DuckDB's results for the same files.

    `aggregated` and `gold` are the seconds for reading and summing the events and for building all gold
    tables. `equal` counts the gold tables that equal the product's; `differing` names the others.
    """

    aggregated: float
    gold: float
    equal: int
    differing: list[str]


def backlog(domain: Domain, work: Path, events: int, console: Console) -> None:
    """Print the stream's throughput over a backlog of `events` events, the batch flow's time, and memory."""
    names = (f"events-{events}", f"events-{events}-again", f"cloud-events-{events}")
    landing, second, home = (work / name for name in names)
    for folder in (landing, second, home):
        shutil.rmtree(folder, ignore_errors=True)
    sample: Any = importlib.import_module(f"domains.{domain.name}.sample")
    with console.status(f"generating {events:,} events …"):
        for target, count, seed in ((landing, events, 2025), (second, min(events, WARM_EVENTS), 2026)):
            sample.generate(target, events=count, days=DAYS, per_file=max(1, count // FILES), seed=seed)
    synthesise(PROJECT, work / "cdk.out", ENV)
    table = domain.stream_tables[0]
    folder = stream_folder(landing, table)
    with LocalCloud(home) as cloud:
        executor().warm_up()
        cloud.deploy(work / "cdk.out")
        with console.status(f"streaming {events:,} events …"):
            streamed = run_stream(cloud, domain, table, folder)
        with console.status("running the pipeline …"):
            measured = run_upload(cloud, domain, *(path for path in landing.iterdir() if path != folder))
        files = sum(parquet_files(home, domain).values())
        with console.status("streaming a second backlog with the same worker …"):
            again = run_stream(cloud, domain, table, stream_folder(second, table))
    with console.status("running DuckDB …"):
        duck = _run_duckdb(domain, table, landing, folder, home)
    console.print(_report(events, streamed, again, measured, duck, files))
    console.print(f"gold tables that differ from DuckDB's: {', '.join(duck.differing) or 'none'}")
    for used in (landing, second, home):
        shutil.rmtree(used)


def stream_folder(landing: Path, table: Table) -> Path:
    """Return the folder in `landing` with a stream's files. Raises CaudalError if there is none."""
    folders = _stream_of(table).folders
    for name in folders:
        if (landing / name).is_dir():
            return landing / name
    raise CaudalError(f"there is no folder {' or '.join(folders)}.", where=str(landing))


def run_stream(cloud: LocalCloud, domain: Domain, table: Table, folder: Path) -> Streamed:
    """Upload a stream's files, run its scheduled job over them, and return figures of its summary.

    Raises CaudalError if the job fails.
    """
    send(cloud, domain, folder)
    run_id = cloud.fire_schedule(NAMES.schedule(domain.name, f"stream_{table.name}"))["JobRunId"]
    cloud.wait_idle(IDLE_SECONDS)
    bucket, key = NAMES.processed_bucket, naming.run_key(domain.name, run_id, JOB)
    try:
        body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except cloud.client("s3").exceptions.NoSuchKey as error:
        raise CaudalError(
            "the stream's job failed: it wrote no summary.", where=f"s3://{bucket}/{key}"
        ) from error
    summary = json.loads(body)
    return Streamed(
        lines=summary["rows_read"], bronze=summary["seconds"]["bronze"], whole=summary["seconds"]["all"]
    )


def _run_duckdb(domain: Domain, table: Table, landing: Path, folder: Path, home: Path) -> DuckDbResult:
    began = time.monotonic()
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        read_lines(connection, table, sorted(folder.iterdir()))
        stream = _stream_of(table)
        grain = ", ".join([f"left({table.dated_by}, 10)", *stream.totals_by])
        sums = ", ".join(f"sum(TRY_CAST({name} AS DECIMAL(38, 6)))" for name in stream.totals)
        connection.execute(f"SELECT {grain}, {sums} FROM rows_as_text GROUP BY ALL").fetchall()
    aggregated = time.monotonic() - began
    began = time.monotonic()
    with duckdb.connect() as connection:
        reference(domain, landing, connection)
        gold = time.monotonic() - began
        equal, differing = equal_marts(home, domain, connection)
    return DuckDbResult(aggregated=aggregated, gold=gold, equal=equal, differing=differing)


def _stream_of(table: Table) -> Stream:
    if table.stream is None:
        raise CaudalError("the table is not a stream.", where=f"table {table.name}")
    return table.stream


def _report(
    events: int, streamed: Streamed, again: Streamed, measured: Measured, duck: DuckDbResult, files: int
) -> Grid:
    grid = Grid("", title=f"{events:,} events in {FILES} files", title_justify="left")
    for column in ("events", "seconds", "events/s", "DuckDB", "ratio"):
        grid.add_column(column, justify="right")

    def row(name: str, seconds: float, other: float | None = None, lines: int = streamed.lines) -> None:
        compared = ("", "") if other is None else (f"{other:.1f}", f"{seconds / other:.1f}")
        grid.add_row(name, f"{lines:,}", f"{seconds:.1f}", f"{lines / seconds:,.0f}", *compared)

    row("stream: raw to bronze, first backlog of a new worker", streamed.bronze, duck.aggregated)
    row("stream: raw to bronze, second backlog", again.bronze, lines=again.lines)
    row("stream: bronze and speed view, first backlog", streamed.whole)
    for state in ("RawToProcessed", "ProcessedToCurated"):
        row(state, measured.stages.get(state, 0.0))
    row("batch flow: upload to catalog", measured.upload + measured.pipeline, duck.gold)
    grid.add_section()
    for name, figure in (
        ("Parquet files", str(files)),
        ("peak resident memory of both workers, MB", f"{measured.memory_mb:,}"),
        ("gold tables equal to DuckDB's row by row", str(duck.equal)),
    ):
        grid.add_row(name, "", figure)
    return grid
