"""The figures of an event log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.event_log import SQL_START, Figures, Span, covered, read_figures


def task(begin: int, end: int, **metrics: Any) -> dict[str, Any]:
    """A task that ran between two milliseconds."""
    return {
        "Event": "SparkListenerTaskEnd",
        "Task Info": {"Launch Time": begin, "Finish Time": end},
        "Task Metrics": metrics or None,
    }


EVENTS = [
    {"Event": "SparkListenerLogStart", "Spark Version": "4"},
    {"Event": SQL_START, "executionId": 0},
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
    task(9000, 9500),
    {"Event": "SparkListenerStageCompleted", "Stage Info": {}},
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
