"""The resources of a cloud assembly that cost something, by stack."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.ops.costs.prices import HOURS
from lake.naming import CONTINUOUS, TRAIN_ANOMALY_MODEL, layer_root
from lake.prices import DPUS, SMALLEST_WORKERS

_BRONZE = layer_root("bronze", "").rstrip("/") + "/"
"""Beginning of every key of the layer that drops fill."""

_TRAINING = f"-{TRAIN_ANOMALY_MODEL.replace('_', '-')}"
"""End of the names of jobs that train models."""

_MONTHLY = re.compile(r"cron\(\d+ \d+ \d+ \* \? \*\)")
_HOURS_OF = {"minute": 1 / 60, "hour": 1, "day": 24}


@dataclass(frozen=True, kw_only=True)
class Job:
    """A Glue job: domain and kind (raw_to_processed, …), its workers at the smallest scale, its switches.

    `sends_metrics`: it sends Glue's metrics of each run.
    """

    name: str
    domain: str
    kind: str
    worker_type: str
    workers: int
    is_stream: bool
    is_continuous: bool
    sends_metrics: bool

    @property
    def dpus(self) -> float:
        """DPUs at the smallest scale."""
        return float(self.workers * DPUS[self.worker_type])

    @property
    def is_training(self) -> bool:
        """Whether it trains models, in an execution of its own."""
        return self.name.endswith(_TRAINING)

    @property
    def is_of_pipeline(self) -> bool:
        """Whether an execution of the pipeline starts it."""
        return not self.is_stream and not self.is_training


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A schedule, and its starts a month. `job` is the job that it starts, empty for a state machine.

    `is_training`: it starts the state machine that trains models.
    """

    name: str
    starts: float
    job: str
    is_training: bool


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One template."""

    name: str
    resources: Sequence[Mapping[str, Any]]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the properties of the resources of a type."""
        return [each.get("Properties", {}) for each in self.resources if each["Type"] == kind]

    @property
    def counts(self) -> Counter[str]:
        """Resource type → number."""
        return Counter(each["Type"] for each in self.resources)

    @property
    def jobs(self) -> list[Job]:
        return [_job(properties) for properties in self.of("AWS::Glue::Job")]

    @property
    def schedules(self) -> list[Schedule]:
        """The schedules of jobs and pipelines, which have a rate, and of trainings, which are monthly.

        Those of office hours, which have a time of each weekday, are left out.
        """
        found = self.of("AWS::Scheduler::Schedule")
        return [_schedule(each) for each in found if _starts(each["ScheduleExpression"])]

    @property
    def has_pipeline(self) -> bool:
        return bool(self.counts["AWS::StepFunctions::StateMachine"])

    @property
    def drop_tables(self) -> int:
        """Number of tables in bronze that drops fill."""
        bronze = [t for t in self.of("AWS::Glue::Table") if _BRONZE in json.dumps(t["TableInput"])]
        return max(0, len(bronze) - sum(job.is_stream for job in self.jobs))

    @property
    def crawls_always(self) -> bool:
        """Whether the state machine crawls without asking whether a drop brought new partitions."""
        machines = self.of("AWS::StepFunctions::StateMachine")
        definitions = [json.dumps(machine["DefinitionString"]) for machine in machines]
        return any("CrawlCurated" in text and "IsCuratedPartitionNew" not in text for text in definitions)


def stacks(outdir: Path) -> list[Stack]:
    """Return the stacks of the cloud assembly in `outdir`."""
    return [
        Stack(
            name=path.name.removesuffix(".template.json"),
            resources=list(json.loads(path.read_text(encoding="utf-8")).get("Resources", {}).values()),
        )
        for path in sorted(outdir.glob("*.template.json"))
    ]


def _job(properties: Mapping[str, Any]) -> Job:
    arguments = properties.get("DefaultArguments", {})
    domain = arguments.get("--domain", "")
    kind = properties["Name"].partition(f"-{domain.replace('_', '-')}-")[2] if domain else ""
    return Job(
        name=properties["Name"],
        domain=domain,
        kind=kind.replace("-", "_"),
        worker_type=properties["WorkerType"],
        workers=min(SMALLEST_WORKERS, properties["NumberOfWorkers"]),
        is_stream=properties["Command"]["Name"] == "gluestreaming",
        is_continuous=arguments.get("--trigger") == CONTINUOUS,
        sends_metrics="--enable-metrics" in arguments,
    )


def _schedule(properties: Mapping[str, Any]) -> Schedule:
    target = properties["Target"]
    return Schedule(
        name=properties["Name"],
        starts=_starts(properties["ScheduleExpression"]),
        job=json.loads(target.get("Input") or "{}").get("JobName", ""),
        is_training=str(properties["Name"]).endswith("-training"),
    )


def _starts(expression: str) -> float:
    """Return the starts a month of an expression like `rate(15 minutes)`, or of one day of each month.

    Other expressions have none.
    """
    if _MONTHLY.fullmatch(expression):
        return 1.0
    if not expression.startswith("rate("):
        return 0.0
    number, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return HOURS / (int(number) * _HOURS_OF[unit.removesuffix("s")])
