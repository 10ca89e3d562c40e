"""Running totals: once per key, of good rows, within the watermark; set and never added to."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from domains.cloud_provider.speed.usage_events import build
from domains.cloud_provider.tables import USAGE_EVENTS
from glue_jobs.streaming.sinks import SpeedFiles, sum_to_shape
from glue_jobs.streaming.speed import start_speed
from lake.model.discovery import load_domain
from tests.fakes import FolderStore
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

DAY = date(2025, 7, 1)


def files_of(root: Path) -> SpeedFiles:
    return SpeedFiles(FolderStore(root), "processed", "cloud_provider", USAGE_EVENTS)


def total(org: str, metric: str, events: int, cost: str, value: str | None = "1") -> dict[str, Any]:
    return {
        "day": DAY, "org_id": org, "service": "compute", "metric": metric, "events": events,
        "cost_usd_increment": Decimal(cost), "value": None if value is None else Decimal(value),
        "carbon_kg": None, "genai_tokens": None,
    }  # fmt: skip


def test_a_stream_keeps_totals_by_day(events: StreamPipeline, tmp_path: Path) -> None:
    files = files_of(events.root)

    def stream() -> dict[tuple[str, str], tuple[int, str]]:
        start_speed(
            events.spark, events.stream_args(), events.table, url=events.writer().raw.url,
            checkpoint=str(tmp_path / "checkpoint"), sink=files,
        ).awaitTermination()  # fmt: skip
        return {
            (row["org_id"], row["metric"]): (row["events"], str(row["cost_usd_increment"]))
            for row in files.read([DAY])
        }

    events.drop_events(
        {
            "1.jsonl": lines(event(1), event(1), event(2), event(3, org_id="o2"), event(4, value=-1), "{"),
            "damaged.jsonl.gz": gzip.compress(lines("{", "}").encode())[:-12],
        }
    )
    assert stream() == {("o1", "requests"): (2, "4.500000"), ("o2", "requests"): (1, "2.250000")}
    later = event(5, timestamp="2025-07-01T23:00:00Z", cost_usd_increment=1)
    events.drop_events({"2.jsonl": lines(later)})
    assert stream()["o1", "requests"] == (3, "5.500000")


def test_totals_are_set(tmp_path: Path) -> None:
    files = files_of(tmp_path)
    files.upsert([total("o1", "requests", 1, "1"), total("o1", "cpu_hours", 5, "2")])
    for _ in range(2):
        files.upsert([total("o1", "requests", 3, "4")])
    assert {row["metric"]: row["events"] for row in files.read([DAY])} == {"requests": 3, "cpu_hours": 5}
    files.clear()
    assert files.read([DAY]) == []


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
    shapes = load_domain("cloud_provider").collection("org_daily_usage_by_service").shapes
    overall = sum_to_shape(rows, next(shape for shape in shapes if shape.name == "overall"))
    assert [(row["service"], row["cost_usd"], row["events"]) for row in overall] == [
        ("compute", Decimal("4.5"), 7)
    ]
