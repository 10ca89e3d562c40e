"""The recorded measures of job runs (`caudal bench --record`), and the DPU seconds predicted from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from infra.ops.costs.stacks import Job
from lake.measures import HISTORY, MONTH, SAMPLE, Measures, Recorded, recorded_from
from lake.prediction import Prediction, Requests, predict_runs, requests

FILE = Path(__file__).with_name("measured.json")

SIZES = {
    HISTORY: "the whole history in one upload",
    MONTH: "one more month after 70",
    SAMPLE: "the sample in one upload",
}
"""What the runs of a recorded size had to do."""

OF_A_RUN = (MONTH, SAMPLE)
"""Sizes that stand for a run with new rows, the best first."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """How the records of a size were made: by which command, on which day, with which scale of the rows."""

    size: str
    by: str
    on: str
    scale: float

    @property
    def what(self) -> str:
        """What the runs had to do."""
        rows = "" if self.scale == 1.0 else f" with {self.scale:g} of its rows"
        return f"{SIZES[self.size]}{rows}"


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """The prediction of a job's runs, their requests to S3, and the measures that both are from."""

    measures: Measures
    origin: Origin
    prediction: Prediction

    @property
    def requests(self) -> Requests:
        """Requests to S3 of all runs together."""
        return requests(self.measures)

    @property
    def dpu_seconds(self) -> float:
        """Billed DPU seconds of a run, the mean of all."""
        return self.prediction.dpu_seconds / self.measures.runs

    @property
    def basis(self) -> str:
        """Predicted DPU seconds and what they were predicted from, as the estimate shows them."""
        return f"{self.dpu_seconds:.0f} DPU seconds predicted from {self.origin.what}"


@cache
def records(file: Path = FILE) -> Sequence[Recorded]:
    """Return the recorded measures. Raises CaudalError if one has other fields than Measures."""
    return [recorded_from(each) for each in json.loads(file.read_text(encoding="utf-8"))["jobs"]]


@cache
def origins(file: Path = FILE) -> Sequence[Origin]:
    """Return how the records of each size were made."""
    made = json.loads(file.read_text(encoding="utf-8"))["made"]
    return [Origin(size=size, **how) for size, how in made.items()]


def predicted(job: Job, sizes: Sequence[str] = OF_A_RUN) -> Predicted | None:
    """Return the prediction of the job from its records of the first size that has some; None without."""
    made = {origin.size: origin for origin in origins()}
    for size in sizes:
        key = (job.domain, job.kind, size)
        if found := [each.measures for each in records() if (each.domain, each.job, each.size) == key]:
            prediction = predict_runs(found, job.worker_type, job.workers)
            return Predicted(measures=Measures.of(found), origin=made[size], prediction=prediction)
    return None
