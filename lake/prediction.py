"""Predict the DPU seconds of a Glue job from what its runs did on the local cloud.

A prediction, never compared with AWS. Every figure that it assumes is named here, with its source.
"""

from __future__ import annotations

from dataclasses import dataclass

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

REQUESTS_OF_FILE_READ, REQUESTS_OF_FILE_WRITTEN = 2.0, 9.0
"""Requests of Spark for each file that a scan reads, and for each that it writes."""

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


def predict(measures: Measures, worker_type: str, workers: int = SMALLEST_WORKERS) -> Prediction:
    """Predict the DPU seconds of runs on `workers` workers of a type, one of which is the driver's.

    In seconds, of all runs together:

        start    = START_SECONDS × runs
        driver   = seconds in which no task ran
        requests = REQUEST_SECONDS × (copied ÷ COPIES_AT_ONCE + other requests ÷ REQUESTS_AT_ONCE)
        tasks    = (processor + REQUEST_SECONDS × Spark's requests + bytes ÷ BYTES_A_SECOND) ÷ slots
        DPU seconds = max(start + driver + requests + tasks, MINIMUM_SECONDS × runs) × DPUs of all workers

    where Spark's requests are those for each file read and written, `slots` the virtual processors of the
    workers that run tasks.

    It assumes that a second of the processor does as much there as here, that tasks always fill the slots,
    and that the job does not scale up: a job that does has the seconds of its tasks divided by more workers,
    at about the same DPU seconds. The driver's seconds contain the local cloud's answers to the job's
    requests, which S3's are added to.
    """
    slots = VCPUS[worker_type] * max(1, workers - 1)
    of_spark = REQUESTS_OF_FILE_READ * measures.files_read + REQUESTS_OF_FILE_WRITTEN * measures.files_written
    transfer = (measures.bytes_read + measures.bytes_written) / BYTES_A_SECOND
    others = measures.requests - measures.copied
    start = START_SECONDS * measures.runs
    requests = REQUEST_SECONDS * (measures.copied / COPIES_AT_ONCE + others / REQUESTS_AT_ONCE)
    tasks = (measures.processor + REQUEST_SECONDS * of_spark + transfer) / slots
    billed = max(start + measures.driver + requests + tasks, MINIMUM_SECONDS * measures.runs)
    return Prediction(
        start=start,
        driver=measures.driver,
        requests=requests,
        tasks=tasks,
        dpu_seconds=billed * workers * float(DPUS[worker_type]),
    )
