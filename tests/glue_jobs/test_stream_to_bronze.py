"""The streaming job writes good and bad files to bronze and quarantine, and a repeated run adds nothing."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.streaming.generation import CheckpointError
from lake import naming
from lake.naming import FileStatus
from tests.glue_jobs.streaming.conftest import StreamPipeline, events, speed_view_off
from tests.glue_jobs.streaming.lines import event, lines

FILES: dict[str, str | bytes] = {
    "a.jsonl": lines(event(1), "", '{"cut', event(2, value=-1)) + "  \n",
    "b.jsonl": event(3) + "\r\n" + event(1, schema_version=2),
    "bom.jsonl": b"\xef\xbb\xbf" + lines(event(4)).encode(),
    "latin.jsonl": lines(event(5)).encode() + b'{"event_id": "Zo\xeb"}\n',
    "packed.jsonl.gz": gzip.compress(lines(event(6), event(7)).encode()),
    "late/old.jsonl": lines(event(8, timestamp="2025-05-01T00:00:00Z")),
    "_hidden.jsonl": lines(event(9)),
    "a b[1].jsonl": lines(event(10)),
    "empty.jsonl": "",
    "blank.jsonl": "\n \n",
    "damaged.jsonl.gz": gzip.compress(lines(*map(event, range(100, 400))).encode())[:-60],
    "plain.jsonl.gz": lines(event(11)),
    "snappy.jsonl.snappy": lines(event(13)),
    "scan.png": b"\x89PNG\r\n\x1a\n" + b"\n" * 200,
    "nul.jsonl": b"\x00\x01\x02\n" + lines(event(12)).encode(),
}
REJECTED = {"_hidden.jsonl", "damaged.jsonl.gz", "plain.jsonl.gz", "scan.png", "snappy.jsonl.snappy"}
BRONZE = {
    "a.jsonl": [("e1", 1)], "b.jsonl": [("e1", 2), ("e3", 1)], "bom.jsonl": [("e4", 1)],
    "latin.jsonl": [("e5", 1)], "packed.jsonl.gz": [("e6", 1), ("e7", 2)], "old.jsonl": [("e8", 1)],
    "a b[1].jsonl": [("e10", 1)], "nul.jsonl": [("e12", 2)],
}  # fmt: skip


__all__ = ["events"]

First = tuple[StreamPipeline, dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def bronze_only() -> Iterator[None]:
    """Leave the speed view out of runs."""
    with speed_view_off():
        yield


@pytest.fixture(scope="module")
def first(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> First:
    """The pipeline after one run over FILES, and the run's summary. Tests must not change it."""
    pipeline = StreamPipeline(spark, tmp_path_factory.mktemp("stream") / "buckets")
    pipeline.drop_events(FILES)
    return pipeline, pipeline.stream()


def test_every_record_is_in_bronze_with_its_file_and_line(first: First) -> None:
    found: dict[str, list[tuple[str, int]]] = {}
    for file, identifier, row in first[0].bronze("source_file", "event_id", "source_row"):
        found.setdefault(Path(file).name, []).append((identifier, int(row)))
    assert {name: sorted(rows) for name, rows in found.items()} == BRONZE


def test_bronze_rows_carry_their_rank_and_batch(first: First) -> None:
    rows = first[0].bronze("event_id", "source_rank", "batch_id", "batch", "year", "month")
    rank = hashlib.sha256(event(8, timestamp="2025-05-01T00:00:00Z").encode()).hexdigest()
    batch = "s-0001-00000000"
    assert [row for row in rows if row[0] == "e8"] == [("e8", rank, batch, batch, "2025", "5")]


def test_bad_records_are_in_quarantine(first: First) -> None:
    rows = first[0].quarantine("source_file", "source_row", "failed_checks", "raw_record")
    found = sorted((Path(str(file)).name, row, checks, raw) for file, row, checks, raw in rows)
    assert [row[:3] for row in found] == [
        ("_hidden.jsonl", "0", "[file.name]"),
        ("a.jsonl", "3", "[record.malformed]"),
        ("a.jsonl", "4", "[value.range]"),
        ("damaged.jsonl.gz", "0", "[file.unreadable]"),
        ("latin.jsonl", "2", "[record.malformed]"),
        ("nul.jsonl", "1", "[record.malformed]"),
        ("plain.jsonl.gz", "0", "[file.content]"),
        ("scan.png", "0", "[file.content]"),
        ("snappy.jsonl.snappy", "0", "[file.name]"),
    ]
    assert found[1][3] == '{"cut'
    assert found[4][3] == '{"event_id": "Zo\ufffd"}'


def test_every_file_is_accounted_for(first: First) -> None:
    entries = first[0].entries()
    assert entries.keys() == {Path(name).name for name in FILES}
    for entry in entries.values():
        assert entry.rows_read == entry.rows_bronze + entry.rows_quarantined
    assert [entries[name].rows_read for name in ("a.jsonl", "empty.jsonl", "blank.jsonl")] == [3, 0, 0]
    rejected = {name for name, entry in entries.items() if entry.status == FileStatus.REJECTED}
    assert rejected == REJECTED
    assert "cannot be read" in entries["damaged.jsonl.gz"].reason


def test_summary_counts_files_rows_and_checks(first: First) -> None:
    _, summary = first
    assert summary["status"] == "COMMITTED"
    assert summary["files"] == len(FILES)
    assert (summary["rows_read"], summary["rows_bronze"], summary["rows_quarantined"]) == (19, 10, 9)
    assert summary["checks"]["value.range"]["rows_quarantined"] == 1
    assert {Path(file["file"]).name for file in summary["rejected_files"]} == REJECTED


@pytest.fixture
def again(first: First, tmp_path: Path, spark: SparkSession) -> StreamPipeline:
    """A copy of the pipeline. Its checkpoints cannot be resumed, as they refer to the original folder."""
    root = tmp_path / "buckets"
    first[0].copy_to(root)
    copied = StreamPipeline(spark, root)
    copied._runs = 100
    return copied


def test_new_generation_skips_files_in_the_ledger(again: StreamPipeline) -> None:
    before = again.bronze()
    again.drop_events({"new.jsonl": lines(event(20))})
    summary = again.stream(new_generation=True)
    assert (summary["generation"], summary["files"], summary["rows_bronze"]) == (2, 1, 1)
    assert summary["last_batch"] == "s-0002-00000000"
    added = [row for row in again.bronze() if row not in before]
    assert len(added) == 1
    assert again.stream()["status"] == "NOTHING_NEW"


def test_missing_checkpoint_stops_the_run(again: StreamPipeline) -> None:
    prefix = naming.generation_prefix(again.domain.name, again.table.name, 1)
    again.store.delete("processed", [item.key for item in again.store.list("processed", prefix)])
    with pytest.raises(CheckpointError, match="--new_generation true"):
        again.stream()


def test_lost_generation_stops_the_run(again: StreamPipeline) -> None:
    again.store.delete("processed", [naming.generation_key(again.domain.name, again.table.name)])
    with pytest.raises(CheckpointError, match="no generation is recorded"):
        again.stream()


def test_run_without_files_does_nothing(events: StreamPipeline) -> None:
    assert events.stream()["status"] == "NOTHING_NEW"
    assert events.rows("gold", "pipeline_runs") == []


def test_run_is_logged_with_its_counts_and_cost(first: First) -> None:
    pipeline, summary = first
    counts = ("files", "rows_read", "rows_bronze", "rows_quarantined", "predicted_usd")
    assert pipeline.rows("gold", "pipeline_runs", "flow", "status", *counts) == [
        ("usage_events", "OK", *(str(summary[name]) for name in counts))
    ]


def test_later_files_are_written_as_new_batches(events: StreamPipeline) -> None:
    events.drop_events({"1.jsonl": lines(event(1)), "2.jsonl": lines(event(2)), "3.jsonl": lines("{")})
    assert events.stream(max_files=2)["batches"] == 2
    events.drop_events({"4.jsonl": lines(event(3, timestamp="2024-01-01T00:00:00Z"))})
    assert events.stream(max_files=2)["last_batch"] == "s-0001-00000002"
    assert [row[0] for row in events.bronze("event_id")] == ["e1", "e2", "e3"]
    assert events.view().batches_of("usage_events") != ()


def test_tokens_and_carbon_where_none_belong_are_kept_flagged_and_counted(events: StreamPipeline) -> None:
    carbon = event(3, carbon_kg=0.5, schema_version=1)
    tokens = event(2, service="compute", genai_tokens=7, schema_version=2)
    good = event(1, service="genai", genai_tokens=5, carbon_kg=0.25, schema_version=2)
    events.drop_events({"a.jsonl": lines(good, tokens, carbon)})
    checks = events.stream()["checks"]
    flagged = {name: counts["rows_flagged"] for name, counts in checks.items() if "unexpected" in name}
    assert flagged == {"genai_tokens.unexpected": 1, "carbon_kg.unexpected": 1}
    events.run()
    rows = events.rows("silver", "usage_events", "event_id", "genai_tokens", "carbon_kg", "quality_flags")
    assert [row[:3] for row in rows] == [
        ("e1", "5.000000", "0.250000"),
        ("e2", "7.000000", None),
        ("e3", None, "0.500000"),
    ]
    assert ["unexpected" in row[3] for row in rows] == [False, True, True]
    [(tokens_sum,)] = events.rows("gold", "genai_tokens_by_org_date", "sum(genai_tokens)")
    assert tokens_sum == "12.000000"
    log = events.rows("gold", "quality_by_run", "check_name", "rows_flagged", "rows_quarantined")
    assert {row for row in log if "unexpected" in row[0]} == {
        ("genai_tokens.unexpected", "1", "0"),
        ("carbon_kg.unexpected", "1", "0"),
    }
