"""The speed view sums the events that bronze has accepted, once per key, by day, in every micro-batch."""

from __future__ import annotations

import gzip
import json
import os
import re
from datetime import UTC, date, datetime

import pytest
from pyspark.sql import SparkSession

from glue_jobs import stream_to_bronze
from glue_jobs.ledger.withdrawals import Decision, write_decision
from glue_jobs.runtime.session import PARTITIONS
from glue_jobs.streaming import bronze, speed
from glue_jobs.streaming.sinks import SpeedFiles
from glue_jobs.streaming.speed import running_totals
from lake import naming
from lake.errors import DeclarationError
from lake.model.discovery import load_domain
from tests.fakes import FolderStore, KilledBeforeStore, KilledError
from tests.glue_jobs.ingest.test_isolation import fails, raising
from tests.glue_jobs.streaming.conftest import FOLDER, StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines

DAY = date(2025, 7, 1)
LATER = {"timestamp": "2025-07-01T23:00:00Z"}


@pytest.fixture
def viewed(events: StreamPipeline, monkeypatch: pytest.MonkeyPatch) -> StreamPipeline:
    """A pipeline whose runs keep the speed view."""
    monkeypatch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
    return events


def totals(events: StreamPipeline) -> dict[tuple[str, str], tuple[int, str]]:
    """Return organisation and metric → events and cost of DAY."""
    files = SpeedFiles(events.store, "processed", events.domain.name, events.table)
    return {
        (row["org_id"], row["metric"]): (row["events"], str(row["cost_usd_increment"]))
        for row in files.read([DAY])
    }


def decide(events: StreamPipeline, name: str, *, withdrawn: bool, minute: int) -> None:
    """Withdraw a file, or take that back."""
    at = datetime(2026, 2, 1, 0, minute, tzinfo=UTC)
    key = events.entries()[name].key
    decision = Decision.of(key, withdrawn=withdrawn, why="of a test", by="steward", at=at)
    write_decision(events.store, "ledger", events.domain.name, decision)


def test_stream_keeps_totals_by_day(viewed: StreamPipeline) -> None:
    viewed.drop_events(
        {
            "1.jsonl": lines(event(1), event(1), event(2), event(3, org_id="o2"), event(4, value=-1), "{"),
            "damaged.jsonl.gz": gzip.compress(lines("{", "}").encode())[:-12],
        }
    )
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (2, "4.500000"), ("o2", "requests"): (1, "2.250000")}
    viewed.drop_events({"2.jsonl": lines(event(5, cost_usd_increment=1, **LATER))})
    viewed.stream()
    assert totals(viewed)["o1", "requests"] == (3, "5.500000")


def test_each_micro_batch_has_rows_and_the_state_has_the_partitions_of_a_new_session(
    viewed: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def configured(session: SparkSession) -> SparkSession:
        session.conf.set(PARTITIONS, "3")
        return session

    monkeypatch.setattr(speed, "configure", configured)
    for number in (1, 2):
        viewed.drop_events({f"{number}.jsonl": lines(event(number))})
        viewed.stream()
    [checkpoint] = viewed.root.glob("processed/_checkpoints/cloud_provider/usage_events/0001/speed-*")
    assert sorted(file.name for file in (checkpoint / "commits").glob("[0-9]*")) == ["0", "1"]
    settings = json.loads((checkpoint / "offsets" / "0").read_text().splitlines()[1])["conf"]
    assert viewed.spark.conf.get(PARTITIONS) != "3"
    assert settings[PARTITIONS] == "3"


def test_events_of_an_overwritten_object_count_and_the_summary_tells_of_it(viewed: StreamPipeline) -> None:
    key = f"cloud_provider/{FOLDER}/a.jsonl"
    viewed.store.write("raw", key, lines(event(1)).encode())
    assert viewed.stream()["overwritten_files"] == []
    viewed.store.write("raw", key, lines(event(1), event(2), event(3)).encode())
    summary = viewed.stream()
    assert summary["overwritten_files"] == [key]
    assert summary["message"].endswith(
        "1 raw objects were overwritten under their keys, and their new versions were read: records that "
        f"both versions have are duplicates. The first is '{key}'."
    )
    assert totals(viewed) == {("o1", "requests"): (3, "6.750000")}


def test_file_that_harms_spark_stops_neither_bronze_nor_the_speed_view(
    viewed: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("a", "bad", "c")
    viewed.drop_events({f"{name}.jsonl": lines(event(number)) for number, name in enumerate(names)})
    fails(monkeypatch, "bad", raising)
    [rejected] = viewed.stream()["rejected_files"]
    assert rejected["file"].endswith("/bad.jsonl")
    assert totals(viewed) == {("o1", "requests"): (2, "4.500000")}


def test_backlog_is_read_in_the_order_of_its_events(
    viewed: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row is a file of bronze and a micro-batch here: one that came too early would make others late."""
    monkeypatch.setattr(bronze, "ROWS_PER_FILE", 1)
    monkeypatch.setattr(speed, "MICRO_BATCH_BYTES", 1)
    hours = (23, 5, 17, 11, 8)
    rows = [event(hour, timestamp=f"2025-07-01T{hour:02d}:00:00Z") for hour in hours]
    viewed.drop_events({"a.jsonl": lines(*rows)})
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (5, "11.250000")}


class StoppedClock(FolderStore):
    """A store that gives all copies the same time. The times of S3 are whole seconds."""

    def copy(self, bucket: str, source: str, target: str) -> None:
        super().copy(bucket, source, target)
        os.utime(self.root / bucket / target, (1_767_225_600, 1_767_225_600))


def test_files_of_the_same_time_are_read_in_the_order_of_their_names(
    viewed: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bronze, "ROWS_PER_FILE", 1)
    monkeypatch.setattr(speed, "MICRO_BATCH_BYTES", 1)
    rows = [event(hour, timestamp=f"2025-07-01T{hour:02d}:00:00Z") for hour in range(0, 24, 3)]
    viewed.drop_events({"a.jsonl": lines(*rows)})
    viewed.stream(store=StoppedClock(viewed.root))
    assert totals(viewed) == {("o1", "requests"): (8, "18.000000")}


def test_hidden_file_and_event_of_the_first_year_change_nothing(viewed: StreamPipeline) -> None:
    first = event(3, timestamp="0001-01-01T00:00:00Z")
    viewed.drop_events({"_a.jsonl": lines(event(1)), "b.jsonl": lines(first, event(2))})
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (1, "2.250000")}


def test_withdrawn_file_leaves_the_totals_and_comes_back(viewed: StreamPipeline) -> None:
    viewed.drop_events({"a.jsonl": lines(event(1), event(2, org_id="o2")), "b.jsonl": lines(event(3))})
    viewed.stream()
    decide(viewed, "a.jsonl", withdrawn=True, minute=1)
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (1, "2.250000")}
    viewed.drop_events({"c.jsonl": lines(event(4, **LATER))})
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (2, "4.500000")}
    decide(viewed, "a.jsonl", withdrawn=False, minute=2)
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (3, "6.750000"), ("o2", "requests"): (1, "2.250000")}


@pytest.mark.parametrize("place", ["write .*/speed.json", "write speed/"])
def test_run_that_dies_while_it_takes_a_withdrawn_file_out_is_completed(
    viewed: StreamPipeline, place: str
) -> None:
    viewed.drop_events({"a.jsonl": lines(event(1)), "b.jsonl": lines(event(2))})
    viewed.stream()
    decide(viewed, "a.jsonl", withdrawn=True, minute=1)
    with pytest.raises(Exception, match=f"{KilledError.__name__}|{place.split()[0]}"):
        viewed.stream(store=KilledBeforeStore(viewed.root, place))
    viewed.stream()
    assert totals(viewed) == {("o1", "requests"): (1, "2.250000")}


def test_events_that_are_published_leave_the_feed(viewed: StreamPipeline) -> None:
    viewed.drop_events({"a.jsonl": lines(event(1))})
    viewed.stream()
    feed = naming.feed_prefix(viewed.domain.name, FOLDER)
    [file] = [key for key in keys(viewed, feed) if key.endswith(".parquet")]
    assert re.fullmatch(rf"{feed}s-0001-00000000-[0-9a-f]{{8}}-00000\.parquet", file)
    viewed.run()
    viewed.stream()
    assert [key for key in keys(viewed, feed) if key.endswith(".parquet")] == []


def keys(events: StreamPipeline, prefix: str) -> list[str]:
    return [item.key for item in events.store.list("processed", prefix)]


def test_table_that_is_no_stream_has_no_speed_view(events: StreamPipeline) -> None:
    rows = events.spark.createDataFrame([("{}",)], "value string")
    with pytest.raises(DeclarationError, match="a speed view needs a stream with a date"):
        running_totals(rows, load_domain("ecommerce").table("orders"))
