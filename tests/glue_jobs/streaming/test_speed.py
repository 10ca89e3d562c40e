"""The speed view sums good events once per key, by day, in every micro-batch."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from glue_jobs.streaming.sinks import SpeedFiles
from glue_jobs.streaming.speed import running_totals, start_speed
from lake.errors import DeclarationError
from lake.model.discovery import load_domain
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

DAY = date(2025, 7, 1)


def test_stream_keeps_totals_by_day(events: StreamPipeline, tmp_path: Path) -> None:
    files = SpeedFiles(events.store, "processed", events.domain.name, events.table)

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


def test_table_that_is_no_stream_has_no_speed_view(events: StreamPipeline) -> None:
    lines_of_file = events.spark.createDataFrame([("{}",)], "value string")
    with pytest.raises(DeclarationError, match="a speed view needs a stream with a date"):
        running_totals(lines_of_file, load_domain("ecommerce").table("orders"))
