"""Totals are replaced in files by day, and become rows of the served mart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domains.cloud_provider.speed.usage_events import build
from domains.cloud_provider.tables import USAGE_EVENTS
from glue_jobs.streaming.sinks import SpeedFiles, add_nullable, sum_to_shape
from lake.model.discovery import load_domain
from tests.fakes import FolderStore
from tests.glue_jobs.streaming import lines as running

DAY = date(2025, 7, 1)


@pytest.fixture
def files(tmp_path: Path) -> SpeedFiles:
    return SpeedFiles(FolderStore(tmp_path), "processed", "cloud_provider", USAGE_EVENTS)


def total(org: str, metric: str, events: int, cost: str, value: str | None = "1") -> dict[str, Any]:
    """Return a total of one metric of an organisation's DAY."""
    return running.total(org, DAY, cost, events=events, metric=metric, value=value)


def test_totals_are_replaced_and_not_added_to(files: SpeedFiles) -> None:
    files.upsert([total("o1", "requests", 1, "1"), total("o1", "cpu_hours", 5, "2")])
    for _ in range(2):
        files.upsert([total("o1", "requests", 3, "4")])
    assert {row["metric"]: row["events"] for row in files.read([DAY])} == {"requests": 3, "cpu_hours": 5}


def test_cleared_totals_are_gone(files: SpeedFiles) -> None:
    files.upsert([total("o1", "requests", 1, "1")])
    files.clear()
    assert files.read([DAY]) == []


def test_day_without_totals_has_no_rows(files: SpeedFiles) -> None:
    files.upsert([total("o1", "requests", 1, "1")])
    assert files.read([date(2025, 7, 2)]) == []


def test_totals_become_rows_of_the_mart_that_is_served() -> None:
    totals = [
        total("o1", "requests", 2, "3", "10"),
        total("o1", "cpu_hours", 1, "0.5", None),
        total("o2", "requests", 4, "1", "20"),
    ]
    rows = build(totals)
    assert [(row["org_id"], row["cost_usd"], row["events"], row["requests"]) for row in rows] == [
        ("o1", Decimal("3.5"), 3, Decimal(10)),
        ("o2", Decimal(1), 4, Decimal(20)),
    ]
    shape = load_domain("cloud_provider").collection("org_daily_usage_by_service").shape("overall")
    overall = sum_to_shape(rows, shape, shape.embedded("days"))
    assert [(row["service"], row["cost_usd"], row["events"]) for row in overall] == [
        ("compute", Decimal("4.5"), 7)
    ]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [(Decimal(1), Decimal(2), Decimal(3)), (None, 2, 2), (1, None, 1), (None, None, None)],
)
def test_null_counts_as_zero_unless_both_are_null(
    left: Decimal | int | None, right: Decimal | int | None, expected: Decimal | int | None
) -> None:
    assert add_nullable(left, right) == expected
