"""Measure how long events of a continuous stream take from their upload to a reader of the serving store."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import NAMES, send
from glue_jobs.stream_to_bronze import JOB
from lake.errors import CaudalError
from lake.model.answers import Selection
from lake.model.discovery import SPEED, transformation
from lake.model.spec import Domain, Stream, Table
from lake.naming import CONTINUOUS, stop_key, stream_job
from localcloud.server import LocalCloud
from serving.client.connection import Connection
from serving.read.reader import Reader

EVENTS = 1_000
"""Number of events of a micro-batch."""

BATCHES = 5
"""Number of micro-batches that are measured, after a first one that is not: the run starts with it."""

LONGEST_SECONDS = 300.0
READ_SECONDS = 0.05
"""Pause between two reads of the serving store."""

Record = Mapping[str, Any]


def seconds_to_readers(cloud: LocalCloud, domain: Domain, table: Table, folder: Path, work: Path) -> float:
    """Return the median seconds from the start of an upload of EVENTS events until a read shows all of them.

    Each upload is a file. A continuous run of the stream's job is started, and stopped at the end. The events
    are copies of one of the files in `folder`, with the present time. The serving store must have been
    published to. Raises CaudalError if the run ends, or the events are not shown within LONGEST_SECONDS.
    """
    record = template(sorted(folder.iterdir())[0].read_text(encoding="utf-8").splitlines(), table)
    served = _served_events(cloud, domain, table)
    job = NAMES.job(domain.name, stream_job(table.name))
    glue = cloud.client("glue")
    run = glue.start_job_run(JobName=job, Arguments={"--trigger": CONTINUOUS})["JobRunId"]

    def is_running() -> bool:
        state = glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"]
        return state in ("STARTING", "RUNNING")

    seconds = []
    with ended_by_stop_file(cloud, domain, table):
        for number in range(BATCHES + 1):
            target = work / f"fresh-{number}" / folder.name / f"fresh_{number}.jsonl"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(copies(record, table, EVENTS, dt.datetime.now(dt.UTC), f"fresh-{number}"))
            expected, began = served() + EVENTS, time.monotonic()
            send(cloud, domain, target.parent)
            _await(served, expected, is_running)
            seconds.append(time.monotonic() - began)
    return median(seconds[1:])


@contextmanager
def ended_by_stop_file(cloud: LocalCloud, domain: Domain, table: Table) -> Iterator[None]:
    """End the continuous run of a stream after the block, and wait until all is idle.

    If the block raises, its error is raised, and one of the end is a note of it.
    """

    def end() -> None:
        key = stop_key(domain.name, table.name)
        cloud.client("s3").put_object(Bucket=NAMES.processed_bucket, Key=key, Body=b"")
        cloud.wait_idle(LONGEST_SECONDS)

    try:
        yield
    except BaseException as error:
        try:
            end()
        except Exception as later:
            error.add_note(f"The run of the stream could not be ended: {later}")
        raise
    end()


def template(lines: Sequence[str], table: Table) -> Record:
    """Return the first record that is good beyond doubt: every key has a value, its required totals positive
    ones. Raises CaudalError if there is none.
    """
    stream = stream_of(table)
    wanted = {column.header for column in table.columns if table.is_required(column)}
    totals = {column.header for column in table.columns if column.name in stream.totals} & wanted
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            # The backlog has malformed lines on purpose.
            continue
        if (
            isinstance(record, dict)
            and wanted <= record.keys()
            and None not in record.values()
            and all(isinstance(record[name], int | float) and record[name] > 0 for name in totals)
        ):
            return record
    raise CaudalError("no record has all required values.", where=f"the first file of {table.name}")


def copies(record: Record, table: Table, number: int, at: dt.datetime, prefix: str) -> str:
    """Return lines with so many copies of a record, with keys that begin with `prefix` and the time `at`."""
    [key] = (table.by_name[name].header for name in table.key)
    time_of = table.by_name[str(table.dated_by)].header
    moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    rows = ({**record, key: f"{prefix}-{at:%H%M%S}-{each}", time_of: moment} for each in range(number))
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _served_events(cloud: LocalCloud, domain: Domain, table: Table) -> Callable[[], int]:
    """Return a function that reads how many events of today and tomorrow the serving store shows."""
    mart = transformation(domain.name, SPEED, table.name).MART
    collection = domain.collection(mart)
    shape = next(shape for shape in collection.shapes if not shape.by)
    question = next(each.question for each in collection.serves if shape.name in each.shapes)
    [embedded] = (embed for embed in shape.embeds if "events" in embed.values)
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=NAMES.serving_secret)["SecretString"]
    reader = Reader(domain, Connection.from_secret(secret, keyspace=NAMES.keyspace).database())
    first = dt.datetime.now(dt.UTC).date()
    last = first + dt.timedelta(days=1)
    selection = Selection(shape=shape.name)

    def served() -> int:
        result = reader.between(mart, [selection], first, last, question)
        return sum(row["events"] for row in result.rows(selection, embedded.name, first, last))

    return served


def _await(served: Callable[[], int], expected: int, is_running: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while served() < expected:
        if not is_running() or time.monotonic() > deadline:
            raise CaudalError(
                f"the stream has not shown its events within {LONGEST_SECONDS:.0f} s, or has ended.",
                where=JOB,
            )
        time.sleep(READ_SECONDS)


def stream_of(table: Table) -> Stream:
    """Return the stream that a table is. Raises CaudalError if it is none."""
    if table.stream is None:
        raise CaudalError("the table is not a stream.", where=f"table {table.name}")
    return table.stream
