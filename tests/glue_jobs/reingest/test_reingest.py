"""Batches are read from raw again, by the present rules, into batches that take their place."""

from __future__ import annotations

import json
from datetime import timedelta

from glue_jobs.ledger.entries import Batch
from lake import naming
from lake.files.rules import READING_RULES
from tests.glue_jobs.streaming.conftest import StreamPipeline, events
from tests.glue_jobs.streaming.lines import event, lines
from tests.pipeline import START, Pipeline
from tests.toy.drops import HEAD

__all__ = ["events"]


def ask(pipeline: Pipeline, batch_id: str) -> None:
    """Ask for a batch to be read again."""
    pipeline.store.create("ledger", naming.reingest_key(pipeline.domain.name, batch_id), b"{}")


def made_old(pipeline: Pipeline, batch: Batch) -> None:
    """Make a batch's entry one of the first rules, which had no version."""
    entry = json.loads(batch.to_json())
    del entry["rules"], entry["replaces"]
    key = naming.ledger_key(pipeline.domain.name, batch.batch_id)
    pipeline.store.write("ledger", key, json.dumps(entry).encode())


def test_batch_of_a_drop_is_read_again_with_the_same_ranks(january: Pipeline) -> None:
    before = january.published()
    [old] = january.view().batches
    made_old(january, old)
    waiting = january.ingest()
    assert waiting["older_rules"] == [old.batch_id]
    assert "`caudal reingest --domain toy`" in waiting["message"]
    assert waiting["proceed"] is False

    ask(january, old.batch_id)
    summary = january.ingest()
    [new_id] = summary["read_again"]
    assert summary["read_again"] == {new_id: old.batch_id}
    assert (summary["proceed"], summary["older_rules"]) == (True, [])
    assert old.batch_id < new_id < naming.batch_id(START + timedelta(days=1, minutes=2))
    view = january.view()
    [new] = view.readable
    assert (new.batch_id, new.rules, new.replaces) == (new_id, READING_RULES, (old.batch_id,))
    assert sorted((f.key, f.rank, f.rows_bronze) for f in new.files) == sorted(
        (f.key, f.rank, f.rows_bronze) for f in old.files
    )
    january.curate()
    assert january.published() == before == january.refreshed()

    assert january.ingest()["status"] == "NOTHING_NEW"
    places = {batch for (batch,) in january.rows("bronze", "sales", "batch")}
    assert places == {new_id}


def test_batch_whose_bytes_are_gone_stays_and_is_told(january: Pipeline) -> None:
    january.drop({"sales_more.csv": HEAD["sales"] + "50,1,2024-01-09,1.00,shop\n"})
    january.run()
    old = january.view().batches[-1]
    [file] = old.files
    january.store.write("raw", file.key, b"something else")
    ask(january, old.batch_id)
    summary = january.ingest()
    assert summary["read_again"] == {}
    assert f"batch {old.batch_id} cannot be read again: a raw object was overwritten." in summary["message"]
    assert "Restore the bytes" in summary["message"]


def test_batch_of_a_stream_is_read_again(events: StreamPipeline) -> None:
    events.drop_events({"a.jsonl": lines(event(1), "{"), "p.jsonl.snappy": lines(event(2))})
    events.stream()
    [old] = events.view().batches
    ask(events, old.batch_id)
    summary = events.ingest()
    [new_id] = summary["read_again"]
    [new] = events.view().readable
    assert naming.is_stream_batch(new_id)
    assert sorted((f.key, f.status, f.rows_bronze, f.rows_quarantined) for f in new.files) == sorted(
        (f.key, f.status, f.rows_bronze, f.rows_quarantined) for f in old.files
    )
    events.drop_events({"b.jsonl": lines(event(3))})
    assert events.stream()["rows_bronze"] == 1
    assert {row for row in events.bronze("event_id", "batch") if row[0] == "e1"} >= {("e1", new_id)}
