"""Figures of one Spark application from its event log, a file of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.execution.spark_child.event_log import PROCESSOR_TIME

SQL_START = "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart"
SQL_FIGURES = "org.apache.spark.sql.execution.ui.SparkListenerDriverAccumUpdates"
FILES_READ, FILES_WRITTEN = "number of files read", "number of written files"
"""Names of the figures that Spark's scans and writes report."""

NANOSECONDS = 1e-9
MILLISECONDS = 1e-3

Span = tuple[float, float]
"""Begin and end of something, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a run did in Spark. Times are seconds, sizes bytes.

    `processor` is the processor time of tasks, `running` the sum of their durations. `busy` is the time in
    which any task ran. `process` is the processor time of Python and Java together, tasks included. A file
    counts as read once for each scan of it.
    """

    queries: int = 0
    jobs: int = 0
    stages: int = 0
    tasks: int = 0
    processor: float = 0.0
    running: float = 0.0
    busy: float = 0.0
    bytes_read: int = 0
    bytes_written: int = 0
    process: float = 0.0
    files_read: int = 0
    files_written: int = 0


def read_figures(file: Path) -> Figures:
    """Return the figures of an event log."""
    with file.open(encoding="utf-8") as lines:
        return figures_of(json.loads(line) for line in lines)


def figures_of(events: Iterable[dict[str, Any]]) -> Figures:
    """Return the figures of the events of one application. Tasks without metrics count as such only."""
    counts = {SQL_START: 0, "SparkListenerJobStart": 0, "SparkListenerStageCompleted": 0}
    spans: list[Span] = []
    metrics: list[dict[str, Any]] = []
    names: dict[int, str] = {}
    files: dict[int, int] = {}
    process = 0.0
    for event in events:
        kind = event["Event"]
        names.update(_figures_of_plan(event.get("sparkPlanInfo", {})))
        if kind in counts:
            counts[kind] += 1
        elif kind == "SparkListenerTaskEnd":
            info = event["Task Info"]
            spans.append((info["Launch Time"] * MILLISECONDS, info["Finish Time"] * MILLISECONDS))
            metrics.append(event.get("Task Metrics") or {})
        elif kind == SQL_FIGURES:
            files.update(event["accumUpdates"])
        elif kind == PROCESSOR_TIME:
            process += event["Nanoseconds"] * NANOSECONDS
    queries, jobs, stages = counts.values()
    return Figures(
        queries=queries,
        jobs=jobs,
        stages=stages,
        tasks=len(spans),
        processor=sum(each.get("Executor CPU Time", 0) for each in metrics) * NANOSECONDS,
        running=sum(end - begin for begin, end in spans),
        busy=covered(spans),
        bytes_read=sum(each.get("Input Metrics", {}).get("Bytes Read", 0) for each in metrics),
        bytes_written=sum(each.get("Output Metrics", {}).get("Bytes Written", 0) for each in metrics),
        process=process,
        files_read=sum(value for id, value in files.items() if names.get(id) == FILES_READ),
        files_written=sum(value for id, value in files.items() if names.get(id) == FILES_WRITTEN),
    )


def _figures_of_plan(plan: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield id and name of each figure that the operators of a plan report."""
    for each in plan.get("metrics", []):
        yield each["accumulatorId"], each["name"]
    for child in plan.get("children", []):
        yield from _figures_of_plan(child)


def covered(spans: Sequence[Span]) -> float:
    """Return the seconds that at least one of the spans covers."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
