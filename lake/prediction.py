"""Predict the DPU seconds of a Glue job from what its runs did on the local cloud.

A prediction, never compared with AWS. Every figure that it assumes is named here, with its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from lake.measures import Measures
from lake.prices import DPUS, MINIMUM_SECONDS, SMALLEST_WORKERS

VCPUS = {"G.025X": 2, "G.1X": 4, "G.2X": 8, "G.4X": 16, "G.8X": 32}
"""Virtual processors of a worker, by its type; each runs a task. From AWS Glue's guide, "worker types"."""

START_SECONDS = 20.0
"""Seconds of a run that are billed before its script begins: Python, the session. An assumption without a
source; acceptance on AWS measures it."""

REQUEST_SECONDS = 0.05
"""Until S3 answers a small request. AWS's paper on S3's performance ("timeouts and retries for
latency-sensitive applications") speaks of medians of some tens of milliseconds below 512 KB."""

REQUESTS_AT_ONCE = 4
"""Requests that a job's own code waits for at the same time: it works on three or four tables at once."""

COPIES_AT_ONCE = 32
"""Copies that a publication waits for at the same time (`COPY_THREADS` of the jobs' store)."""

READS_OF_FILE_READ = 6
"""Requests with which Spark reads a file, all of them reads of the object."""

READS_OF_FILE_WRITTEN, WRITES_OF_FILE_WRITTEN, DELETIONS_OF_FILE_WRITTEN = 6, 14, 1
"""Requests with which Spark writes a file: reads, then listings, copies and puts, then deletions.

This and READS_OF_FILE_READ are round numbers of a count: the jobs of the shop's sample on Hadoop's S3A, whose
committer renames each file twice. They give 2,136, 6,546 and 2,607 requests, and the three jobs made 2,114,
6,421 and 3,072. The committer of Glue, which is not public, renames nothing and should need fewer."""

OF_FILE_WRITTEN = READS_OF_FILE_WRITTEN + WRITES_OF_FILE_WRITTEN + DELETIONS_OF_FILE_WRITTEN
COMMITTED_BY_DRIVER = 10
"""Of the requests of a file written, those that the driver makes when a write is committed: about half."""

BYTES_A_SECOND = 85e6
"""Transfer of one connection to S3. AWS's guide ("performance design patterns") counts one connection for
each 85 to 90 MB/s."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Predicted seconds of a job's runs by what they are spent on, and the DPU seconds that are billed.

    All figures are of all runs together.
    """

    start: float
    driver: float
    requests: float
    tasks: float
    dpu_seconds: float

    @property
    def seconds(self) -> float:
        """Seconds that the runs take."""
        return self.start + self.driver + self.requests + self.tasks


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Requests to S3 by their price, Spark's included. Deletions cost nothing."""

    reads: float
    writes: float


def requests(measures: Measures) -> Requests:
    """Return the requests of runs: the counted ones of the jobs, and those of Spark, predicted by its files.

    Listings and copies have the price of writes.
    """
    reads = READS_OF_FILE_READ * measures.files_read + READS_OF_FILE_WRITTEN * measures.files_written
    writes = WRITES_OF_FILE_WRITTEN * measures.files_written
    return Requests(
        reads=measures.read + reads,
        writes=measures.listed + measures.copied + measures.written + writes,
    )


def predict_runs(runs: Iterable[Measures], worker_type: str, workers: int = SMALLEST_WORKERS) -> Prediction:
    """Predict the DPU seconds of runs together, each of which is billed MINIMUM_SECONDS at least."""
    each = [predict(run, worker_type, workers) for run in runs]
    return Prediction(
        **{part.name: sum(getattr(run, part.name) for run in each) for part in fields(Prediction)}
    )


def predict(measures: Measures, worker_type: str, workers: int = SMALLEST_WORKERS) -> Prediction:
    """Predict the DPU seconds of a run on `workers` workers of a type, one of which is the driver's.

    In seconds:

        start    = START_SECONDS × runs
        driver   = min(seconds in which no task ran, processor seconds beside tasks)
        requests = REQUEST_SECONDS × (copied ÷ COPIES_AT_ONCE + (other + committed) ÷ REQUESTS_AT_ONCE)
        tasks    = (processor + REQUEST_SECONDS × Spark's + bytes ÷ BYTES_A_SECOND) ÷ slots
        DPU seconds = max(start + driver + requests + tasks, MINIMUM_SECONDS × runs) × DPUs of all workers

    With the measures of several runs together the minimum is that of all of them, so a short run among long
    ones costs too little: `predict_runs` takes them one by one.

    `copied` and `other` are requests of the job's own code. Spark's are predicted by the files that it read
    and wrote; `committed` are those of them that the driver makes. `slots` are the virtual processors of the
    workers that run tasks.

    The driver's time is the smaller of two, each of which may be too long: seconds without a task contain
    waits for the local cloud and for whatever else the machine does, and processor seconds those of Java's
    compilers and collectors, which work beside the driver and beside tasks.

    It assumes that a second of the processor does as much there as here, that tasks always fill the slots,
    and that the job does not scale up: a job that does has the seconds of its tasks divided by more workers,
    at about the same DPU seconds.
    """
    slots = VCPUS[worker_type] * max(1, workers - 1)
    committed = COMMITTED_BY_DRIVER * measures.files_written
    of_spark = READS_OF_FILE_READ * measures.files_read + OF_FILE_WRITTEN * measures.files_written - committed
    other = measures.requests - measures.copied
    transfer = (measures.bytes_read + measures.bytes_written) / BYTES_A_SECOND
    start = START_SECONDS * measures.runs
    waiting = REQUEST_SECONDS * (measures.copied / COPIES_AT_ONCE + (other + committed) / REQUESTS_AT_ONCE)
    tasks = (measures.processor + REQUEST_SECONDS * of_spark + transfer) / slots
    driver = min(measures.driver, measures.driver_processor)
    billed = max(start + driver + waiting + tasks, MINIMUM_SECONDS * measures.runs)
    return Prediction(
        start=start,
        driver=driver,
        requests=waiting,
        tasks=tasks,
        dpu_seconds=billed * workers * float(DPUS[worker_type]),
    )
