"""The writer commits each micro-batch as one batch of the ledger."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from glue_jobs.ingest.upload_metadata import encode_origin
from glue_jobs.ledger.withdrawals import Decision, write_decision
from glue_jobs.streaming import bronze
from glue_jobs.streaming.generation import CheckpointError
from lake.naming import FileStatus
from tests.glue_jobs.streaming.conftest import FOLDER, StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines


def test_micro_batch_is_one_batch_with_its_rows_and_checks(events: StreamPipeline) -> None:
    events.drop_events({"a.jsonl": lines(event(1), event(2, value=-1)), "b.jsonl": lines(event(3))})
    writer = events.writer(generation=4)
    writer.write(7, events.paths())
    [committed] = writer.committed
    assert committed.batch.batch_id == "s-0004-00000007"
    assert committed.report.checks["value.range"]["rows_quarantined"] == 1
    assert events.view().batches == (committed.batch,)
    assert [row[0] for row in events.bronze("event_id")] == ["e1", "e3"]
    assert events.quarantine("failed_checks", "batch_id") == [("[value.range]", "s-0004-00000007")]


def test_settings_of_a_micro_batch_follow_from_its_size(
    events: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(bronze, "choose_settings", lambda _spark, size: sizes.append(size))
    plain, packed = lines(event(1)).encode(), gzip.compress(lines(event(2)).encode())
    events.drop_events({"a.jsonl": plain, "b.jsonl.gz": packed})
    writer = events.writer()
    writer.write(0, events.paths("a.jsonl"))
    writer.write(1, events.paths())
    assert sizes == [len(plain), 10 * len(packed)]


def test_files_that_spark_skips_are_recorded_in_a_batch_of_their_own(events: StreamPipeline) -> None:
    events.drop_events({"_hidden.jsonl": lines(event(1)), "empty.jsonl": "", "a.jsonl": lines(event(2))})
    events.writer().write_skipped()
    [batch] = events.view().batches
    assert batch.batch_id == "s-0001-h20260102T000000000000"
    entries = events.entries()
    assert {name: entry.status for name, entry in entries.items()} == {
        "_hidden.jsonl": FileStatus.REJECTED,
        "empty.jsonl": FileStatus.INGESTED,
    }
    assert entries["_hidden.jsonl"].reason == (
        "file.name: Spark skips names that begin with _ or . as temporary files; rename the file"
    )


def test_requeued_records_are_withdrawn_with_the_file_that_they_were_first_read_from(
    events: StreamPipeline,
) -> None:
    events.drop_events({"a.jsonl": lines(event(1), event(2, value=-1)), "b.jsonl": lines(event(3))})
    events.stream()
    first = events.entries()["a.jsonl"].key
    again = f"cloud_provider/{FOLDER}/0123456789ab/{FOLDER}/requeued/a/again.jsonl"
    body = lines(event(2, value=1)).encode()
    events.store.upload("raw", again, body, requeued_from=encode_origin(first))
    events.stream()
    assert events.entries()["again.jsonl"].origin == first
    decision = Decision.of(
        first, withdrawn=True, why="wrong", by="steward", at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    write_decision(events.store, "ledger", events.domain.name, decision)
    assert events.view().withdrawn == {first, again}
    events.run()
    assert [row[0] for row in events.rows("silver", FOLDER, "event_id")] == ["e3"]


def test_replaced_checkpoint_is_detected_by_its_files(events: StreamPipeline) -> None:
    events.drop_events({"a.jsonl": lines(event(1))})
    events.writer().write(0, events.paths("a.jsonl"))
    events.drop_events({"new.jsonl": lines(event(20))})
    with pytest.raises(CheckpointError, match="without this file: the checkpoint was replaced"):
        events.writer().write(0, events.paths("new.jsonl"))


def test_new_version_of_a_file_is_read(events: StreamPipeline) -> None:
    """Its records are new rows: those of the first version are duplicates of them by key."""
    key = f"cloud_provider/{FOLDER}/a.jsonl"
    events.store.write("raw", key, lines(event(1), "{").encode())
    events.stream()
    events.store.write("raw", key, lines(event(1), "{", event(2), event(3)).encode())
    for _ in range(2):
        summary = events.stream()
    assert (summary["status"], summary["files"]) == ("NOTHING_NEW", 0)
    assert [row[0] for row in events.bronze("event_id")] == ["e1", "e1", "e2", "e3"]
    ids = {record for (record,) in events.quarantine("record_id")}
    assert len(ids) == 2
    events.curate()
    assert [row[0] for row in events.rows("silver", FOLDER, "event_id")] == ["e1", "e2", "e3"]


def test_file_that_is_overwritten_before_its_micro_batch_is_repeated_stops_nothing(
    events: StreamPipeline,
) -> None:
    events.drop_events({"a.jsonl": lines(event(1))})
    events.writer().write(0, events.paths())
    [key] = [item.key for item in events.store.list("raw", "cloud_provider/")]
    events.store.write("raw", key, lines(event(1), event(2)).encode())
    writer = events.writer()
    writer.write(0, events.paths())
    assert writer.committed == []
    writer.write_skipped()
    assert [row[0] for row in events.bronze("event_id")] == ["e1", "e1", "e2"]
