"""No line stops the stream: the job processes a file with every odd line, and the file after it."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs import stream_to_bronze
from glue_jobs.streaming import speed
from glue_jobs.streaming.sinks import SpeedFiles
from lake import naming
from tests.domains.cloud_provider.events_oracle import expected_events
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines
from tests.glue_jobs.streaming.test_json_lines import GOOD, MALFORMED, QUARANTINED

NEAR_ARRIVAL = ("half a day ahead", "three days ahead")
"""Lines near the files' arrival. For the speed view, whose clock is today's, they make other days late."""
GOOD_LINES = [line for name, (line, _) in GOOD.items() if name not in NEAR_ARRIVAL]
BAD_LINES = [case for name, case in QUARANTINED.items() if name not in NEAR_ARRIVAL]
ODD = [*MALFORMED.values(), *(line for line, _ in BAD_LINES), *GOOD_LINES]
FILES: dict[str, str | bytes] = {
    "odd.jsonl": lines(*ODD),
    "empty.jsonl": "",
    "packed.jsonl.gz": gzip.compress(lines(event(90), "{").encode()),
}
CONTENTS = [(name, body.encode() if isinstance(body, str) else body) for name, body in FILES.items()]
NEXT_DAY = date(2025, 7, 22)
"""Later than all events of the odd lines, except those in the future."""

Result = tuple[StreamPipeline, dict[str, Any]]


def costs(events: StreamPipeline) -> list[Decimal]:
    """Return the costs of the next day's totals."""
    files = SpeedFiles(events.store, "processed", events.domain.name, events.table)
    return [row["cost_usd_increment"] for row in files.read([NEXT_DAY])]


@pytest.fixture(scope="module")
def result(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The pipeline after both runs, and the first run's summary. Tests must not change it."""
    pipeline = StreamPipeline(spark, tmp_path_factory.mktemp("odd") / "buckets")
    pipeline.drop_events(FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
        summary = pipeline.stream()
        pipeline.drop_events({"next.jsonl": lines(event(91, timestamp=f"{NEXT_DAY}T00:00:00Z"))})
        pipeline.stream()
    return pipeline, summary


def test_summary_counts_every_record(result: Result) -> None:
    _, summary = result
    outcome = expected_events(
        gzip.decompress(body) if name.endswith(".gz") else body for name, body in CONTENTS
    )
    assert summary["status"] == "COMMITTED"
    assert summary["files"] == len(FILES)
    assert summary["rows_bronze"] == outcome.good == len(GOOD_LINES) + 1
    assert summary["rows_quarantined"] == outcome.bad == len(MALFORMED) + len(BAD_LINES) + 1


def test_every_bad_line_is_in_quarantine_with_its_checks_and_its_text(result: Result) -> None:
    rows = result[0].quarantine("source_file", "raw_record", "failed_checks")
    found = {(raw, checks) for file, raw, checks in rows if file.endswith("odd.jsonl")}
    malformed = {(line, "[record.malformed]") for line in MALFORMED.values()}
    assert found == malformed | {(line, f"[{', '.join(sorted(c))}]") for line, c in BAD_LINES}


def test_bronze_has_events_of_any_year_up_to_now(result: Result) -> None:
    years = Counter(year for (year,) in result[0].bronze("year"))
    assert years.keys() == {"1970", "2025"}


def test_event_of_2970_does_not_advance_the_watermark(result: Result) -> None:
    assert costs(result[0]) == [Decimal("2.25")]


def test_no_files_of_uncommitted_batches_are_left(result: Result) -> None:
    pipeline, _ = result
    known = {batch.batch_id for batch in pipeline.view().batches}
    for layer in ("bronze", "quarantine"):
        prefix = naming.layer_prefix(layer, pipeline.domain.name, pipeline.table.name)
        keys = [item.key.removeprefix(prefix) for item in pipeline.store.list("processed", prefix)]
        assert {key.split("/", 1)[0].removeprefix("batch=") for key in keys} <= known
