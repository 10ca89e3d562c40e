"""The figures of an event log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.event_log import SQL_FIGURES, SQL_START, Figures, Span, covered, read_figures
from localcloud.execution.spark_child.event_log import PROCESSOR_TIME


def task(begin: int, end: int, **metrics: Any) -> dict[str, Any]:
    """A task that ran between two milliseconds."""
    return {
        "Event": "SparkListenerTaskEnd",
        "Task Info": {"Launch Time": begin, "Finish Time": end},
        "Task Metrics": metrics or None,
    }


def operator(name: str, id: int, *children: dict[str, Any]) -> dict[str, Any]:
    """An operator of a plan that reports one figure."""
    return {"metrics": [{"name": name, "accumulatorId": id}], "children": list(children)}


PLAN = operator(
    "number of written files", 1, operator("number of files read", 2), operator("metadata time", 3)
)

EVENTS = [
    {"Event": "SparkListenerLogStart", "Spark Version": "4"},
    {"Event": SQL_START, "executionId": 0, "sparkPlanInfo": PLAN},
    {"Event": SQL_FIGURES, "executionId": 0, "accumUpdates": [[2, 7], [3, 900]]},
    {"Event": "SparkListenerJobStart", "Job ID": 0},
    task(
        1000,
        3000,
        **{
            "Executor CPU Time": 1_500_000_000,
            "Input Metrics": {"Bytes Read": 10},
            "Output Metrics": {"Bytes Written": 5},
        },
    ),
    task(2000, 4000, **{"Executor CPU Time": 500_000_000}),
    {"Event": "SparkListenerStageCompleted", "Stage Info": {}},
    {"Event": "SparkListenerJobStart", "Job ID": 1},
    # An adaptive plan has new operators; a figure that is reported again replaces the one before.
    {"Event": "adaptive", "executionId": 0, "sparkPlanInfo": operator("number of files read", 4)},
    {"Event": SQL_FIGURES, "executionId": 0, "accumUpdates": [[4, 5], [2, 8], [1, 3]]},
    task(9000, 9500),
    {"Event": "SparkListenerStageCompleted", "Stage Info": {}},
    {"Event": PROCESSOR_TIME, "Nanoseconds": 2_500_000_000},
]


def test_counts_and_sums_are_those_of_the_events(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS))
    assert read_figures(tmp_path / "log") == Figures(
        queries=1,
        jobs=2,
        stages=2,
        tasks=3,
        processor=2.0,
        running=4.5,
        busy=3.5,
        bytes_read=10,
        bytes_written=5,
        process=2.5,
        files_read=13,
        files_written=3,
    )


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0.0),
        ([(1.0, 2.0)], 1.0),
        ([(5.0, 6.0), (1.0, 2.0)], 2.0),
        ([(1.0, 4.0), (2.0, 3.0)], 3.0),
        ([(1.0, 3.0), (2.0, 4.0), (4.0, 5.0)], 4.0),
    ],
)
def test_seconds_with_several_tasks_count_once(spans: list[Span], seconds: float) -> None:
    assert covered(spans) == seconds
