"""Measure how soon readers of the serving store see the events of a warm continuous stream."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table as Grid

from bench.job_runs import by_action
from bench.measure import ENV, NAMES, send
from bench.streams import run_stream, stream_folder
from glue_jobs.stream_to_bronze import JOB
from lake.errors import CaudalError
from lake.model.answers import Selection
from lake.model.discovery import SPEED, transformation
from lake.model.serving import Shape
from lake.model.spec import Domain, Table
from lake.naming import CONTINUOUS, layer_prefix, ledger_prefix, stop_key, stream_job
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise
from serving.client.connection import Connection
from serving.read.reader import Reader

EVENTS = 1_000
"""Number of events of a round, which are one file."""

WARM_ROUNDS = 5
"""Rounds before those that are measured: Java compiles, and the state of the totals is loaded."""

ROUNDS = 10
PAUSE_STEP = 0.37
"""The pause before a round, in seconds, is the fraction of its number times this. Otherwise all rounds would
begin at the same distance from the stream's next look for files.
"""

BACKLOG = 20_000
"""Number of events before the first round; they warm the worker up, and those of the rounds are copies."""

DAYS = 30
LONGEST_SECONDS = 120.0
"""How long a round may take before its events count as lost."""

READ_SECONDS = 0.05
"""Pause between two reads of the serving store."""

SELECTIONS = 25
"""Selections of a read: the Data API takes 100 `_id`s, and each has two in a month, four at its end."""

COUNT = "events"
"""Column of the served mart that counts events."""

Record = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Seconds from the beginning and from the end of an upload until a reader saw all of its events, and the
    requests that the stream made to S3 (Spark's own are not counted) and to the serving store.
    """

    from_beginning: float
    from_end: float
    to_s3: int
    to_store: int


def measure_visibility(domain: Domain, work: Path, console: Console) -> None:
    """Print how soon readers see events of the domain's first stream, in a new local cloud in `work`."""
    landing, home = work / "visibility-events", work / "cloud-visibility"
    for folder in (landing, home):
        shutil.rmtree(folder, ignore_errors=True)
    sample: Any = importlib.import_module(f"domains.{domain.name}.sample")
    sample.generate(landing, events=BACKLOG, days=DAYS, per_file=BACKLOG // 4, seed=2025)
    synthesise(PROJECT, work / "cdk.out", ENV)
    table = domain.stream_tables[0]
    with LocalCloud(home) as cloud, console.status("starting a continuous stream …") as status:
        executor().warm_up(streaming=True)
        cloud.deploy(work / "cdk.out")
        run_stream(cloud, domain, table, stream_folder(landing, table))
        records = accepted(home, domain, table)
        seen = []
        with running(cloud, domain, table) as is_running:
            for number in range(1, WARM_ROUNDS + ROUNDS + 1):
                status.update(f"uploading {EVENTS:,} events, round {number} …")
                time.sleep(number * PAUSE_STEP % 1)
                now = dt.datetime.now(dt.UTC)
                served = Served(cloud=cloud, domain=domain, table=table, records=records, day=now.date())
                text = renewed(records, table, now, f"{now:%H%M%S%f}")
                folder = work / "rounds" / f"{number}" / stream_folder(landing, table).name
                folder.mkdir(parents=True)
                (folder / f"{number}.jsonl").write_text(text, encoding="utf-8")
                seen.append(_round(served, folder, is_running))
    console.print(report(seen[WARM_ROUNDS:]))
    for used in (landing, home, work / "rounds"):
        shutil.rmtree(used)


def accepted(home: Path, domain: Domain, table: Table) -> list[Record]:
    """Return at most EVENTS records of bronze as they would arrive, so that none fails a check.

    A record of the sample itself may lack a value, or have an odd one, on purpose.
    """
    folder = home / "s3" / NAMES.processed_bucket / layer_prefix("bronze", domain.name, table.name)
    # Times are renewed anyway, and DuckDB returns those with a zone only where pytz is installed.
    columns = [column for column in table.columns if column.type != "timestamp"]
    names = ", ".join(column.name for column in columns)
    order = ", ".join(table.key)
    query = f"SELECT {names} FROM read_parquet('{folder}/**/*.parquet') ORDER BY {order} LIMIT {EVENTS}"
    with duckdb.connect() as connection:
        rows = connection.execute(query).fetchall()
    return [dict(zip((column.header for column in columns), row, strict=True)) for row in rows]


def renewed(records: Sequence[Record], table: Table, at: dt.datetime, prefix: str) -> str:
    """Return EVENTS lines: the records in turn, with keys that begin with `prefix` and the time `at`."""
    [key] = (table.by_name[name].header for name in table.key)
    time_of = table.by_name[str(table.dated_by)].header
    moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    rows = (
        {**records[each % len(records)], key: f"{prefix}-{each}", time_of: moment} for each in range(EVENTS)
    )
    return "".join(f"{json.dumps(row, default=float)}\n" for row in rows)


@contextmanager
def running(cloud: LocalCloud, domain: Domain, table: Table) -> Iterator[Callable[[], bool]]:
    """Run a stream's job continuously during the block, which gets a function: whether the job still runs.

    If the block raises, its error is raised, and one of the end of the run is a note of it.
    """
    job, glue = NAMES.job(domain.name, stream_job(table.name)), cloud.client("glue")
    run = glue.start_job_run(JobName=job, Arguments={"--trigger": CONTINUOUS})["JobRunId"]

    def is_running() -> bool:
        state = glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"]
        return state in ("STARTING", "RUNNING")

    def end() -> None:
        key = stop_key(domain.name, table.name)
        cloud.client("s3").put_object(Bucket=NAMES.processed_bucket, Key=key, Body=b"")
        cloud.wait_idle(LONGEST_SECONDS)

    try:
        yield is_running
    except BaseException as error:
        try:
            end()
        except Exception as later:
            error.add_note(f"The run of the stream could not be ended: {later}")
        raise
    end()


@dataclass(frozen=True, kw_only=True)
class Served:
    """What readers see of a stream's events of `day` and the next day, in all shapes of its mart.

    `records` are the events whose copies are counted: they tell the keys of the documents.
    """

    cloud: LocalCloud
    domain: Domain
    table: Table
    records: Sequence[Record]
    day: dt.date

    def count(self) -> int:
        """Return how many events readers of all events see."""
        return self._count(self._shapes[0])

    def await_events(self, expected: int, is_running: Callable[[], bool]) -> None:
        """Wait until readers of all events see so many, then until those of single keys do.

        Raises CaudalError if the run ends before, or after LONGEST_SECONDS, with what the ledger has of them.
        """
        deadline = time.monotonic() + LONGEST_SECONDS
        for shape in self._shapes:
            while self._count(shape) < expected:
                if not is_running() or time.monotonic() > deadline:
                    raise CaudalError(
                        f"readers do not see {expected} events, and the stream "
                        f"{'still runs' if is_running() else 'has ended'}. {self._in_ledger()}",
                        where=JOB,
                    )
                time.sleep(READ_SECONDS)

    def _count(self, shape: Shape) -> int:
        """Return how many events the documents of a shape have together."""
        last = self.day + dt.timedelta(days=1)
        collection = self.domain.collection(self._mart)
        question = next(each.question for each in collection.serves if shape.name in each.shapes)
        [embed] = (each for each in shape.embeds if COUNT in each.values)
        headers = [self.table.by_name[name].header for name in shape.by]
        keys = sorted({tuple(record[name] for name in headers) for record in self.records})
        selections = [Selection(shape=shape.name, keys=each) for each in keys]
        total = 0
        for start in range(0, len(selections), SELECTIONS):
            part = selections[start : start + SELECTIONS]
            result = self._reader.between(self._mart, part, self.day, last, question)
            rows = (row for each in part for row in result.rows(each, embed.name, self.day, last))
            total += sum(row[COUNT] for row in rows)
        return total

    def _in_ledger(self) -> str:
        """Return a sentence with the rows of the newest batch of the ledger."""
        s3, bucket = self.cloud.client("s3"), NAMES.ledger_bucket
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=ledger_prefix(self.domain.name))
        newest = max(listed.get("Contents", []), key=lambda item: item["LastModified"], default=None)
        if newest is None:
            return "The ledger has no batch."
        batch = json.load(s3.get_object(Bucket=bucket, Key=newest["Key"])["Body"])
        rows = [sum(file[name] for file in batch["files"]) for name in ("rows_bronze", "rows_quarantined")]
        return f"Of the newest batch, {rows[0]} rows are in bronze, and {rows[1]} in quarantine."

    @property
    def _shapes(self) -> list[Shape]:
        """The mart's shapes, that of all events first: it is one document, and reads slow the stream down."""
        return sorted(self.domain.collection(self._mart).shapes, key=lambda shape: len(shape.by))

    @property
    def _mart(self) -> str:
        return str(transformation(self.domain.name, SPEED, self.table.name).MART)

    @cached_property
    def _reader(self) -> Reader:
        secrets = self.cloud.client("secretsmanager")
        secret = secrets.get_secret_value(SecretId=NAMES.serving_secret)["SecretString"]
        return Reader(self.domain, Connection.from_secret(secret, keyspace=NAMES.keyspace).database())


def _round(served: Served, folder: Path, is_running: Callable[[], bool]) -> Seen:
    """Upload the file of EVENTS events in a folder, and wait until readers see all of them."""
    cloud, domain = served.cloud, served.domain
    role = NAMES.role(domain.name, stream_job(served.table.name))
    store = cloud.serving.server if cloud.serving else None

    def requests() -> tuple[int, int]:
        to_s3 = sum(by_action(cloud.context.counted_requests(), role).values())
        return to_s3, store.count("updateOne") if store else 0

    expected, before = served.count() + EVENTS, requests()
    began = time.monotonic()
    send(cloud, domain, folder)
    uploaded = time.monotonic()
    served.await_events(expected, is_running)
    ended, after = time.monotonic(), requests()
    return Seen(
        from_beginning=ended - began,
        from_end=ended - uploaded,
        to_s3=after[0] - before[0],
        to_store=after[1] - before[1],
    )


def report(seen: Sequence[Seen]) -> Grid:
    """Return a table with the median and the maximum of the rounds."""
    grid = Grid("", title=f"{EVENTS:,} events in a warm continuous stream", title_justify="left")
    for column in ("median", "maximum"):
        grid.add_column(column, justify="right")
    measures: tuple[tuple[str, str, Callable[[Seen], float]], ...] = (
        ("end of the upload until readers see all events, seconds", ".2f", lambda each: each.from_end),
        ("beginning of the upload until then, seconds", ".2f", lambda each: each.from_beginning),
        ("requests of the stream to S3, without Spark's own", ".0f", lambda each: each.to_s3),
        ("documents written to the serving store", ".0f", lambda each: each.to_store),
    )
    for name, form, measure in measures:
        values = [measure(each) for each in seen]
        grid.add_row(name, f"{median(values):{form}}", f"{max(values):{form}}")
    return grid
