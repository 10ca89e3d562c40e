"""The stream benchmarks: a backlog of events to bronze and the speed view, then the batch flow over it."""

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
from bench.reference import reference
from bench.reference_rows import read_lines
from glue_jobs.stream_to_bronze import JOB
from lake import naming
from lake.errors import CaudalError
from lake.model.spec import Domain, Stream, Table
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

FILES = 200
"""Micro-batch files of a backlog, however many events it has."""

DAYS = 60
IDLE_SECONDS = 3_600.0

WARM_EVENTS = 1_000_000
"""At most, of the second backlog: what a worker that has run before is measured with."""


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """What one run over a backlog took, in seconds, and the lines that it read."""

    lines: int
    bronze: float
    whole: float


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """DuckDB's seconds for the same files: read and aggregated, and all gold tables."""

    aggregated: float
    gold: float
    equal: int
    differing: list[str]


def backlog(domain: Domain, work: Path, events: int, console: Console) -> None:
    """Throughput of the stream over a backlog of so many events, then the batch flow's time, and memory."""
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
        with console.status("streaming more with the same worker …"):
            again = run_stream(cloud, domain, table, stream_folder(second, table))
    with console.status("running DuckDB …"):
        yardstick = _yardstick(domain, table, landing, folder, home)
    console.print(_report(events, streamed, again, measured, yardstick, files))
    console.print(f"others: {', '.join(yardstick.differing) or 'none'}")
    for used in (landing, second, home):
        shutil.rmtree(used)


def stream_folder(landing: Path, table: Table) -> Path:
    """The folder below `landing` that holds the files of a stream. Raises CaudalError if there is none."""
    folders = _declared(table).folders
    for name in folders:
        if (landing / name).is_dir():
            return landing / name
    raise CaudalError(f"there is no folder {' or '.join(folders)}.", where=str(landing))


def run_stream(cloud: LocalCloud, domain: Domain, table: Table, folder: Path) -> Streamed:
    """Upload a stream's files, run its scheduled job over them, and read what it says of itself.

    Raises CaudalError if the job did not succeed.
    """
    send(cloud, domain, folder)
    run_id = cloud.fire_schedule(NAMES.schedule(domain.name, f"stream_{table.name}"))["JobRunId"]
    cloud.wait_idle(IDLE_SECONDS)
    bucket, key = NAMES.processed_bucket, naming.run_key(domain.name, run_id, JOB)
    try:
        body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except cloud.client("s3").exceptions.NoSuchKey as error:
        raise CaudalError("the job of the stream failed.", where=f"s3://{bucket}/{key}") from error
    summary = json.loads(body)
    return Streamed(
        lines=summary["rows_read"], bronze=summary["seconds"]["bronze"], whole=summary["seconds"]["all"]
    )


def _yardstick(domain: Domain, table: Table, landing: Path, folder: Path, home: Path) -> Yardstick:
    began = time.monotonic()
    with duckdb.connect() as connection:
        read_lines(connection, table, sorted(folder.iterdir()))
        stream = _declared(table)
        grain = ", ".join([f"left({table.dated_by}, 10)", *stream.totals_by])
        sums = ", ".join(f"sum(TRY_CAST({name} AS DECIMAL(38, 6)))" for name in stream.totals)
        connection.execute(f"SELECT {grain}, {sums} FROM rows_as_text GROUP BY ALL").fetchall()
    aggregated = time.monotonic() - began
    began = time.monotonic()
    with duckdb.connect() as connection:
        reference(domain, landing, connection)
        gold = time.monotonic() - began
        equal, differing = equal_marts(home, domain, connection)
    return Yardstick(aggregated=aggregated, gold=gold, equal=equal, differing=differing)


def _declared(table: Table) -> Stream:
    if table.stream is None:
        raise CaudalError("is no stream.", where=f"table {table.name}")
    return table.stream


def _report(
    events: int, streamed: Streamed, again: Streamed, measured: Measured, yardstick: Yardstick, files: int
) -> Grid:
    grid = Grid("", title=f"{events:,} events in {FILES} files", title_justify="left")
    for column in ("events", "seconds", "events/s", "DuckDB", "ratio"):
        grid.add_column(column, justify="right")

    def row(name: str, seconds: float, duck: float | None = None, lines: int = streamed.lines) -> None:
        compared = ("", "") if duck is None else (f"{duck:.1f}", f"{seconds / duck:.1f}")
        grid.add_row(name, f"{lines:,}", f"{seconds:.1f}", f"{lines / seconds:,.0f}", *compared)

    row("stream: raw to bronze, the worker's first run", streamed.bronze, yardstick.aggregated)
    row("stream: raw to bronze, another backlog later", again.bronze, lines=again.lines)
    row("stream: bronze and speed view, first run", streamed.whole)
    for state in ("RawToProcessed", "ProcessedToCurated"):
        row(state, measured.stages.get(state, 0.0))
    row("the batch flow, uploaded to catalogued", measured.upload + measured.pipeline, yardstick.gold)
    grid.add_section()
    for what, figure in (
        ("Parquet files", str(files)),
        ("peak resident memory, MB", f"{measured.memory_mb:,}"),
        ("gold tables equal to DuckDB's row by row", str(yardstick.equal)),
    ):
        grid.add_row(what, "", figure)
    return grid
