"""The unpublished batches of a stream are evaluated together; over the limit they are held until released."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyspark.sql import SparkSession

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.runtime.args import Bookmark
from lake.errors import CaudalError
from tests.cli.quarantine.command_line import CommandLine
from tests.fakes import KilledBeforeStore, KilledError
from tests.glue_jobs.streaming.conftest import StreamPipeline
from tests.glue_jobs.streaming.lines import event, lines
from tests.meters.arrivals import Meters, readings
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

METERS = {"meters.csv": "meter_id,site\nm1,roof\n"}


@pytest.fixture
def meters(meters_on_path: None, tmp_path: Path) -> Meters:
    """Return a pipeline of the meters without files; it has no Spark session."""
    return Meters(None, tmp_path / "buckets")


def release(pipeline: Pipeline, name: str) -> bool:
    ledger = Ledger(pipeline.store, "ledger", pipeline.domain.name)
    return ledger.release(name, by="me", at=datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(("bad", "is_held"), [(0, False), (20, False), (21, True)])
def test_all_unpublished_batches_are_judged_together(meters: Meters, bad: int, is_held: bool) -> None:
    """One of the micro-batches has no good row, another too few rows to be over the limit by itself."""
    meters.read(*readings(100 - bad - 3))
    meters.read(bad=bad)
    meters.read(*readings(3, start=90))
    summary = meters.ingest()
    assert (summary["status"], summary["proceed"]) == (
        ("REJECTED", False) if is_held else ("NOTHING_NEW", True)
    )
    assert len(meters.view().pending) == (0 if is_held else 2)
    assert not summary["new_partitions"]


def test_message_says_why_a_stream_is_held_and_how_to_release_it(meters: Meters) -> None:
    meters.read(*readings(40), bad=30)
    summary = meters.ingest()
    [hold] = meters.view().holds
    assert summary["message"] == (
        "There are no new files. The stream readings is held. readings: 30 of 70 rows (42.86%) are "
        "quarantined, the limit is 20.00% (kwh.range 30). Its 1 micro-batches since the last publication are "
        "not published: upload corrected files, or release the hold with "
        f"`caudal release {hold.hold_id} --domain meters`."
    )
    assert summary["held"] == [{"hold": hold.hold_id, "table": "readings", "batches": 1}]


@pytest.mark.parametrize("seed", range(5))
def test_verdict_does_not_depend_on_the_micro_batches(meters: Meters, seed: int) -> None:
    chance = random.Random(seed)
    left = {"good": 80, "bad": 20 + seed % 2}
    while left["good"] or left["bad"]:
        good, bad = (chance.randint(0, min(count, 30)) for count in left.values())
        meters.read(*readings(good, start=left["good"]), bad=bad)
        left = {"good": left["good"] - good, "bad": left["bad"] - bad}
    assert meters.ingest()["status"] == ("REJECTED" if seed % 2 else "NOTHING_NEW")
    assert len(meters.view().open_holds) == seed % 2


def test_batches_after_a_hold_are_judged_without_the_held_ones(meters: Meters) -> None:
    meters.read(*readings(10), bad=30)
    hold = meters.ingest()["held"][0]["hold"]
    assert (meters.ingest()["status"], len(meters.view().holds)) == ("NOTHING_NEW", 1)
    good = meters.read(*readings(30, start=50))
    summary = meters.ingest()
    assert (summary["status"], summary["proceed"], summary["held"]) == ("NOTHING_NEW", True, [])
    assert summary["message"] == f"There are no new files. Still held: {hold}."
    assert [batch.batch_id for batch in meters.view().pending] == [good]


def test_other_streams_are_published(meters: Meters) -> None:
    meters.read(bad=30)
    alerts = meters.alert(("a1", "2025-06-01"))
    summary = meters.ingest()
    assert (summary["status"], summary["proceed"], len(summary["held"])) == ("NOTHING_NEW", True, 1)
    assert [batch.batch_id for batch in meters.view().pending] == [alerts]


def test_batches_committed_between_the_two_jobs_are_judged_too(meters: Meters) -> None:
    meters.read(*readings(30))
    assert meters.ingest()["proceed"]
    meters.read(bad=30)
    summary = meters.curate()
    assert summary["status"] == "NOTHING_TO_DO"
    assert "readings: 30 of 60 rows (50.00%) are quarantined" in summary["message"]
    assert len(meters.view().open_holds[0].batches) == 2


def test_run_killed_before_it_writes_the_hold_is_repeated_with_the_same_verdict(meters: Meters) -> None:
    meters.read(*readings(10), bad=30)
    with pytest.raises(KilledError):
        meters.ingest(store=KilledBeforeStore(meters.root, "write meters/held/"))
    assert meters.view().holds == ()
    assert meters.ingest()["status"] == "REJECTED"
    assert len(meters.view().holds) == 1


def test_run_with_paused_bookmarks_writes_no_hold(meters: Meters) -> None:
    meters.read(bad=30)
    assert meters.ingest(bookmark=Bookmark.PAUSE)["status"] == "REJECTED"
    assert meters.view().holds == ()


def test_csv_files_are_published_while_a_stream_is_held(
    spark: SparkSession, meters_on_path: None, tmp_path: Path
) -> None:
    pipeline = Meters(spark, tmp_path / "buckets")
    pipeline.drop(METERS)
    pipeline.read(*readings(2, "2025-05-31"), ("r9", "2025-06-01", "m2", 1), bad=30)
    summary = pipeline.ingest()
    assert (summary["status"], summary["proceed"]) == ("COMMITTED", True)
    assert "The stream readings is held." in summary["message"]
    pipeline.curate()
    assert pipeline.rows("silver", "meters", "site") == [("roof",)]
    assert pipeline.rows("silver", "readings") == []
    assert release(pipeline, summary["held"][0]["hold"])
    assert pipeline.ingest()["proceed"]
    pipeline.curate()
    assert pipeline.rows("silver", "readings", "reading_id", "quality_flags") == [
        ("r1", "[]"),
        ("r2", "[]"),
        ("r9", "[meter_id.unknown]"),
    ]
    assert pipeline.rows("gold", "kwh_by_month") == [
        ("2025-05-01", "2", "10", "5", "2025"),
        ("2025-06-01", "1", "1", "6", "2025"),
    ]
    assert pipeline.ingest()["proceed"] is False


def test_batches_that_a_killed_run_began_to_publish_are_not_held(
    spark: SparkSession, meters_on_path: None, tmp_path: Path
) -> None:
    """Readers have seen some of their rows: the next run publishes them, and holds the later batches."""
    pipeline = Meters(spark, tmp_path / "buckets")
    pipeline.read(*readings(30))
    with pytest.raises(KilledError):
        pipeline.curate(store=KilledBeforeStore(pipeline.root, "copy meters/kwh_by_month/"))
    pipeline.read(*readings(10, start=50), bad=40)
    summary = pipeline.ingest()
    assert (summary["proceed"], summary["held"][0]["batches"]) == (True, 1)
    pipeline.curate()
    assert len(pipeline.rows("silver", "readings")) == 30
    assert pipeline.view().publishing == frozenset()


def test_hold_is_listed_and_released_as_one(meters: Meters, account: S3Client) -> None:
    first, _ = meters.read(*readings(20), bad=5), meters.read(bad=5)
    hold = meters.ingest()["held"][0]["hold"]
    cli = CommandLine(meters, account)
    assert (
        f"needs a release since 2026-01-02T00:01:00: {hold} (2 batches): readings: 10 of 30 rows (33.33%)"
    ) in cli.run("list").stdout
    assert f"batch {first} is part of the hold {hold}: release the hold" in cli.run("release", first).stderr
    assert cli.run("release", hold).stdout.startswith(f"{hold} is released")
    assert hold not in cli.run("list").stdout
    assert meters.ingest()["proceed"]


def test_batch_that_is_not_held_cannot_be_released(meters: Meters) -> None:
    batch = meters.read(*readings(20))
    with pytest.raises(CaudalError, match=r"was not rejected\. Rejected batches: none\. Holds: none"):
        release(meters, batch)


def test_batches_of_the_streaming_job_are_held(spark: SparkSession, tmp_path: Path) -> None:
    """They may be several micro-batches; files that are rejected whole do not count."""
    events = StreamPipeline(spark, tmp_path / "buckets")
    events.drop_events({"a.jsonl": lines(*map(event, range(14))), "plain.jsonl.gz": lines(event(99))})
    events.drop_events({"b.jsonl": lines(*(event(n, value=-1) for n in range(20, 26)))})
    for number, name in enumerate(("a.jsonl", "plain.jsonl.gz", "b.jsonl")):
        events.writer().write(number, events.paths(name))
    summary = events.ingest()
    assert summary["status"] == "REJECTED"
    assert "6 of 20 rows (30.00%)" in summary["message"]
    events.drop_events({"c.jsonl": lines(event(30))})
    events.writer().write(3, events.paths("c.jsonl"))
    assert events.ingest()["proceed"]
