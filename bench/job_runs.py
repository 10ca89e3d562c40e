"""What the job runs of a domain did on the local cloud: Spark's figures, and requests to S3."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.event_log import Figures, read_figures
from bench.measure import NAMES
from lake.errors import CaudalError
from lake.measures import Measures
from lake.model.spec import Domain
from lake.prediction import predict_runs
from lake.prices import job_dollars_of
from localcloud.execution.glue import EVENT_LOGS
from localcloud.server import LocalCloud

ACTIONS: Mapping[str, str] = {
    "ListBucket": "listed",
    "ListBucketVersions": "listed",
    "GetObject": "read",
    "GetObjectVersion": "read",
    "CopyObject": "copied",
    "PutObject": "written",
    "DeleteObject": "deleted",
}
"""Field of Measures by the action on S3."""


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """A job run: the job's name, when it started, how long it took in seconds, and what it did in Spark."""

    job: str
    started: datetime
    seconds: float
    figures: Figures

    @property
    def idle(self) -> float:
        """Seconds in which no task ran: the driver planned, listed, wrote the ledger, or waited."""
        return max(0.0, self.seconds - self.figures.busy)

    @property
    def beside_tasks(self) -> float:
        """Processor seconds of Python and Java that are not those of tasks."""
        return max(0.0, self.figures.process - self.figures.processor)


@dataclass(frozen=True, kw_only=True)
class ObservedJob:
    """A job's kind (raw_to_processed, …), its type of workers, and the measures of each of its runs."""

    kind: str
    worker_type: str
    runs: tuple[Measures, ...]

    @property
    def measures(self) -> Measures:
        """The measures of all runs together."""
        return Measures.of(self.runs)


class Observation:
    """Observes what the jobs of a domain do from its beginning on.

    Switches on the event logs of Spark, from which its figures are; they slow the runs down a little.
    """

    def __init__(self, cloud: LocalCloud, domain: Domain) -> None:
        self._cloud, self._domain = cloud, domain
        cloud.context.event_logs = True
        self._known = {log.name for log in _logs(cloud.context.home).glob("*/*")}
        self._requests = cloud.context.counted_requests()

    def runs(self) -> list[JobRun]:
        """Return the runs since the beginning, by job and in order of time."""
        context = self._cloud.context
        return list(job_runs(self._cloud.client("glue"), context.home, self._domain, self._known))

    def requests(self) -> Counter[tuple[str, str]]:
        """Return role ARN and action on S3 → number of requests since the beginning, without Spark's own."""
        return self._cloud.context.counted_requests() - self._requests

    def jobs(self) -> list[ObservedJob]:
        """Return the jobs that ran since the beginning, each with the measures of its runs."""
        runs: defaultdict[str, list[JobRun]] = defaultdict(list)
        for run in self.runs():
            runs[run.job].append(run)
        requests, glue = self.requests(), self._cloud.client("glue")
        domain = self._domain.name
        jobs = []
        for job, found in sorted(runs.items(), key=lambda item: item[1][0].started):
            kind = job.removeprefix(NAMES.job(domain, "")).replace("-", "_")
            jobs.append(
                ObservedJob(
                    kind=kind,
                    worker_type=glue.get_job(JobName=job)["Job"]["WorkerType"],
                    runs=measures_of(found, by_action(requests, NAMES.role(domain, kind))),
                )
            )
        return jobs


def job_runs(glue: Any, home: Path, domain: Domain, known: Collection[str] = ()) -> Iterator[JobRun]:
    """Yield the domain's job runs that left an event log, by job and in order of time.

    Runs with an id in `known` are left out.
    """
    for folder in sorted(_logs(home).glob(f"{NAMES.of(domain.name)}*")):
        found = glue.get_job_runs(JobName=folder.name)["JobRuns"]
        for run in sorted(found, key=lambda each: each["StartedOn"]):
            log = folder / run["Id"]
            if run["Id"] not in known and log.exists():
                seconds = (run["CompletedOn"] - run["StartedOn"]).total_seconds()
                yield JobRun(
                    job=folder.name, started=run["StartedOn"], seconds=seconds, figures=read_figures(log)
                )


def _logs(home: Path) -> Path:
    """Return the folder of the event logs: `<job>/<run>`."""
    return home / EVENT_LOGS


def by_action(requests: Mapping[tuple[str, str], int], role: str) -> Counter[str]:
    """Return action → number of the requests of the role with this name."""
    found: Counter[str] = Counter()
    for (arn, action), number in requests.items():
        if arn.rpartition("/")[2] == role:
            found[action] += number
    return found


def measures_of(runs: Sequence[JobRun], requests: Mapping[str, int]) -> tuple[Measures, ...]:
    """Return the measures of each run of one job, whose requests to S3 are counted by action.

    S3 sees the job's role, not its run: each run gets the same number of requests, the first ones one more
    where they do not divide. Raises CaudalError for an action that ACTIONS lacks.
    """
    by_field: Counter[str] = Counter()
    for action, number in requests.items():
        if action not in ACTIONS:
            raise CaudalError(
                f"the price of the action {action} is not known.",
                where=runs[0].job if runs else "requests to S3",
                hint="Add it to ACTIONS in bench/job_runs.py.",
            )
        by_field[ACTIONS[action]] += number
    return tuple(
        Measures(
            spark_jobs=run.figures.jobs,
            stages=run.figures.stages,
            tasks=run.figures.tasks,
            processor=run.figures.processor,
            driver=run.idle,
            driver_processor=run.beside_tasks,
            bytes_read=run.figures.bytes_read,
            bytes_written=run.figures.bytes_written,
            files_read=run.figures.files_read,
            files_written=run.figures.files_written,
            **{
                field: number // len(runs) + (position < number % len(runs))
                for field, number in by_field.items()
            },
        )
        for position, run in enumerate(runs)
    )


def measures_table(title: str, jobs: Sequence[ObservedJob]) -> Table:
    """Return a table with a column for each job and a row for each measure, the prediction last."""
    table = Table("", title=title, title_justify="left")
    for job in jobs:
        table.add_column(job.kind, justify="right")
    rows = [_cells(job) for job in jobs]
    for name in rows[0] if rows else ():
        table.add_row(name, *(cells[name] for cells in rows))
    return table


def _cells(job: ObservedJob) -> dict[str, str]:
    """Return the cells of a job's column by the name of their row."""
    each = job.measures
    predicted = predict_runs(job.runs, job.worker_type).dpu_seconds
    return {
        "runs": f"{each.runs}",
        "Spark jobs": f"{each.spark_jobs:,}",
        "stages": f"{each.stages:,}",
        "tasks": f"{each.tasks:,}",
        "processor seconds of tasks": f"{each.processor:.1f}",
        "processor seconds beside tasks": f"{each.driver_processor:.1f}",
        "seconds without a task": f"{each.driver:.1f}",
        "MB read": f"{each.bytes_read / 1e6:.2f}",
        "MB written": f"{each.bytes_written / 1e6:.2f}",
        "files read by Spark": f"{each.files_read:,}",
        "files written by Spark": f"{each.files_written:,}",
        "S3: listings": f"{each.listed:,}",
        "S3: objects read": f"{each.read:,}",
        "S3: objects copied": f"{each.copied:,}",
        "S3: objects written": f"{each.written:,}",
        "S3: deletions": f"{each.deleted:,}",
        "predicted DPU seconds on Glue": f"{predicted:.0f}",
        "predicted dollars": f"{job_dollars_of(predicted)}",
    }
