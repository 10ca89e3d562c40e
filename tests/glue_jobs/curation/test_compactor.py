"""Small files of a month that is over become one; readers find every row once, whatever happens meanwhile."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from glue_jobs.curation import compactor
from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.compactor import Compacted, compact_streams
from glue_jobs.ledger.compaction_log import Compactions
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.stream_to_bronze import remove_uncommitted
from lake import naming
from tests.fakes import KilledError, MortalStore
from tests.meters.arrivals import Meters, Reading
from tests.pipeline import START, Rows

PREFIX = naming.layer_prefix("bronze", "meters", "readings")
MAY, JUNE, JULY = "2025-05-31", "2025-06-01", "2025-07-01"


@pytest.fixture(autouse=True)
def two_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compactor, "MIN_FILES", 2)


@pytest.fixture
def meters(spark: SparkSession, meters_on_path: None, tmp_path: Path) -> Meters:
    return Meters(spark, tmp_path / "buckets")


def compact(pipeline: Meters, store: ObjectStore | None = None) -> Compacted:
    """As after a publication of all that is there."""
    pipeline._runs += 1
    now = START + timedelta(days=2, minutes=pipeline._runs)
    arguments = (store or pipeline.store, pipeline.args(), pipeline.domain, pipeline.view(), now)
    return compact_streams(pipeline.spark, *arguments)


def seen(pipeline: Meters, **narrowed: frozenset[tuple[int, int]]) -> Rows:
    """What readers of bronze see of the readings, in all columns but the one that tells the folder."""
    table = pipeline.domain.table("readings")
    bronze = BronzeTable(pipeline.spark, pipeline.store, "processed", "meters", table, pipeline.view())
    frame = bronze.read(**narrowed).drop("batch")  # type: ignore[arg-type]
    return sorted(tuple(row) for row in frame.select(F.to_json(F.struct("*"))).collect())


def folders(pipeline: Meters) -> dict[str, int]:
    """`<place>/<month>` → number of its files."""
    found: dict[str, int] = {}
    for item in pipeline.store.list("processed", PREFIX):
        place, year, month, _ = item.key.removeprefix(PREFIX).split("/")
        name = f"{place.removeprefix('batch=')[:1]} {year[5:]}-{month[6:]}"
        found[name] = found.get(name, 0) + 1
    return found


def reading(number: int, day: str) -> Reading:
    return (f"r{number}", day, "m1", number)


def test_small_files_of_a_month_that_is_over_become_one(meters: Meters) -> None:
    """The newest month stays as it is, and so does one with a single file."""
    for number in range(3):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    meters.read(reading(20, MAY))
    before = seen(meters)
    outcome = compact(meters)
    assert folders(meters) == {"c 2025-6": 1, "s 2025-5": 1, "s 2025-7": 3}
    [entry] = outcome.entries
    assert (entry.year, entry.month, entry.rows, len(entry.replaced)) == (2025, 6, 3, 3)
    assert seen(meters) == before
    assert len(seen(meters, months=frozenset({(2025, 6)}))) == 3
    assert compact(meters) == Compacted()


def test_what_comes_late_is_merged_with_what_was_merged_before(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    meters.read(reading(3, JUNE))
    assert compact(meters).entries == ()
    meters.read(reading(4, JUNE))
    before = seen(meters)
    [entry] = compact(meters).entries
    assert (entry.rows, len(entry.replaced)) == (4, 5)
    assert Compactions.read(meters.store, "processed", "meters", "readings").entries == (entry,)
    assert folders(meters) == {"c 2025-6": 1, "s 2025-7": 2}
    assert seen(meters) == before


def test_a_large_file_is_left_alone(meters: Meters, monkeypatch: pytest.MonkeyPatch) -> None:
    meters.read(*(reading(number, JUNE) for number in range(2_000)))
    size = next(meters.store.list("processed", PREFIX)).size
    monkeypatch.setattr(compactor, "SMALL_BYTES", size)
    for number in range(2):
        meters.read(reading(3_000 + number, JUNE))
    meters.read(reading(4_000, JULY))
    before = seen(meters)
    assert [entry.rows for entry in compact(meters).entries] == [2]
    assert folders(meters) == {"c 2025-6": 1, "s 2025-6": 1, "s 2025-7": 1}
    assert seen(meters) == before


def test_merged_files_stay_below_the_limits(meters: Meters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compactor, "ROWS_PER_FILE", 3)
    meters.read(*(reading(number, JUNE) for number in range(4)))
    meters.read(reading(5, JUNE), reading(6, JULY))
    before = seen(meters)
    compact(meters)
    assert folders(meters) == {"c 2025-6": 2, "s 2025-7": 1}
    assert seen(meters) == before


def test_the_streaming_job_leaves_merged_files_alone(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    before = folders(meters)
    table = meters.domain.table("readings")
    remove_uncommitted(meters.store, "processed", meters.domain, table, meters.view())
    assert folders(meters) == before


def test_whatever_arrives_when_readers_see_each_row_once(meters: Meters) -> None:
    """A random history, compacted after most steps: late rows, single files, months that end."""
    chance = random.Random(7)
    arrived: list[tuple[str, str]] = []
    for step in range(12):
        months = [max(1, 1 + step // 3 - chance.choice([0, 0, 1, 2])) for _ in range(3)]
        days = [f"2025-{month:02}-0{chance.randint(1, 9)}" for month in months]
        rows = [reading(step * 10 + place, day) for place, day in enumerate(days)]
        batch = meters.read(*rows)
        arrived += [(row[0], batch) for row in rows]
        if chance.random() < 0.6:
            compact(meters)
    table = meters.domain.table("readings")
    bronze = BronzeTable(meters.spark, meters.store, "processed", "meters", table, meters.view())
    found = [(row[0], row[1]) for row in bronze.read().select("reading_id", "batch_id").collect()]
    assert sorted(found) == sorted(arrived)
    assert any(name.startswith("c") for name in folders(meters))


def test_a_compaction_that_dies_anywhere_changes_nothing_that_readers_see(
    meters: Meters, tmp_path: Path
) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    for number in range(2):
        meters.read(reading(3 + number, JUNE), reading(20 + number, "2025-08-01"))
    before = seen(meters)
    whole = meters.twin(tmp_path / "whole")
    counting = MortalStore(whole.root)
    compact(whole, counting)
    after = folders(whole)
    assert after == {"c 2025-6": 1, "c 2025-7": 1, "s 2025-8": 2}
    assert [change.split("/")[0] for change in counting.changes].count("write _ledger") == 2
    for dies_at in range(len(counting.changes)):
        twin = meters.twin(tmp_path / f"dies-{dies_at}")
        with pytest.raises(KilledError):
            compact(twin, MortalStore(twin.root, dies_at))
        assert seen(twin) == before, counting.changes[dies_at]
        assert compact(twin).changed
        assert seen(twin) == before
        assert folders(twin) == after
        assert not compact(twin).changed


def test_entries_are_kept_by_table(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
        meters.alert((f"a{number}", JUNE), (f"b{number}", JULY))
    compact(meters)
    read = {
        table: Compactions.read(meters.store, "processed", "meters", table).entries
        for table in ("readings", "alerts", "meters")
    }
    assert {table: len(entries) for table, entries in read.items()} == {
        "readings": 1,
        "alerts": 1,
        "meters": 0,
    }
