"""Small files of past months are merged; readers see every row once before, during and after."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from glue_jobs.curation import compactor
from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.compactor import Compacted, compact_streams
from glue_jobs.ingest.uncommitted import remove_uncommitted
from glue_jobs.ledger.compaction_log import Compactions
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from tests.fakes import KillableStore, KilledBeforeStore, KilledError, MemoryCatalog
from tests.meters.arrivals import Meters, Reading
from tests.pipeline import START, Rows

PREFIX = naming.layer_prefix("bronze", "meters", "readings")
MAY, JUNE, JULY = "2025-05-31", "2025-06-01", "2025-07-01"


@pytest.fixture(autouse=True)
def merge_from_two_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compactor, "MIN_FILES", 2)


def compact(pipeline: Meters, store: ObjectStore | None = None) -> Compacted:
    """Run the compactor as after the publication of all batches."""
    pipeline._runs += 1
    now = START + timedelta(days=2, minutes=pipeline._runs)
    arguments = (
        store or pipeline.store,
        pipeline.catalog,
        pipeline.args(),
        pipeline.domain,
        pipeline.view(),
        now,
    )
    return compact_streams(pipeline.spark, *arguments)


def seen(pipeline: Meters, **narrowed: frozenset[tuple[int, int]]) -> Rows:
    """Return the readings that readers of bronze see, as JSON without the folder's column."""
    table = pipeline.domain.table("readings")
    bronze = BronzeTable(pipeline.spark, pipeline.store, pipeline.args(), table, pipeline.view())
    frame = bronze.read(**narrowed).drop("batch")  # type: ignore[arg-type]
    return sorted(tuple(row) for row in frame.select(F.to_json(F.struct("*"))).collect())


def folders(pipeline: Meters) -> dict[str, int]:
    """Return number of files by kind of folder (s: stream batch, c: compaction) and month: `c 2025-6`."""
    found: dict[str, int] = {}
    for item in pipeline.store.list("processed", PREFIX):
        place, year, month, _ = item.key.removeprefix(PREFIX).split("/")
        name = f"{place.removeprefix('batch=')[:1]} {year[5:]}-{month[6:]}"
        found[name] = found.get(name, 0) + 1
    return found


def reading(number: int, day: str) -> Reading:
    return (f"r{number}", day, "m1", number)


def test_small_files_of_past_months_are_merged(meters: Meters) -> None:
    """The newest month and a month with a single file are not."""
    for number in range(3):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    meters.read(reading(20, MAY))
    meters.reconcile()
    before = seen(meters)
    outcome = compact(meters)
    assert folders(meters) == {"c 2025-6": 1, "s 2025-5": 1, "s 2025-7": 3}
    [entry] = outcome.entries
    assert (entry.year, entry.month, entry.rows, len(entry.replaced)) == (2025, 6, 3, 3)
    assert seen(meters) == before
    assert meters.reconcile() == []
    assert len(seen(meters, months=frozenset({(2025, 6)}))) == 3
    assert compact(meters) == Compacted()


def test_late_files_are_merged_with_earlier_merged_ones(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    meters.read(reading(3, JUNE))
    assert compact(meters).entries == ()
    meters.read(reading(4, JUNE))
    before = seen(meters)
    [entry] = compact(meters).entries
    assert (entry.rows, len(entry.replaced)) == (4, 5)
    assert Compactions.read(meters.store, "ledger", "meters", "readings").entries == (entry,)
    assert folders(meters) == {"c 2025-6": 1, "s 2025-7": 2}
    assert seen(meters) == before


def test_large_file_is_not_merged(meters: Meters, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_streaming_job_does_not_delete_merged_files(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    before = folders(meters)
    catalog, is_own = MemoryCatalog(), naming.is_stream_batch
    remove_uncommitted(
        meters.store, catalog, "processed", meters.domain, ["readings"], meters.view(), is_own=is_own
    )
    assert folders(meters) == before


def test_readers_see_each_row_once_in_a_random_history(meters: Meters) -> None:
    """The history has late rows, single files and months that end, and is compacted after most steps."""
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
    bronze = BronzeTable(meters.spark, meters.store, meters.args(), table, meters.view())
    found = [(row[0], row[1]) for row in bronze.read().select("reading_id", "batch_id").collect()]
    assert sorted(found) == sorted(arrived)
    assert any(name.startswith("c") for name in folders(meters))


def test_compaction_killed_at_any_change_does_not_change_what_readers_see(
    meters: Meters, tmp_path: Path
) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    compact(meters)
    for number in range(2):
        meters.read(reading(3 + number, JUNE), reading(20 + number, "2025-08-01"))
    before = seen(meters)
    whole = meters.twin(tmp_path / "whole")
    counting = KillableStore(whole.root)
    compact(whole, counting)
    after = folders(whole)
    assert after == {"c 2025-6": 1, "c 2025-7": 1, "s 2025-8": 2}
    assert [change.split("/")[0] for change in counting.changes].count("write meters") == 2
    for killed_at in range(len(counting.changes)):
        twin = meters.twin(tmp_path / f"killed-{killed_at}")
        with pytest.raises(KilledError):
            compact(twin, KillableStore(twin.root, killed_at))
        assert seen(twin) == before, counting.changes[killed_at]
        assert compact(twin).changed
        twin.reconcile()
        assert seen(twin) == before
        assert folders(twin) == after
        assert not compact(twin).changed


def test_leftovers_of_a_killed_compaction_are_removed_before_the_next_crawl(meters: Meters) -> None:
    """A crawler would register their partitions: the first job deletes them, as it does with batches."""
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
    with pytest.raises(KilledError):
        compact(meters, KilledBeforeStore(meters.root, "delete bronze/"))
    assert folders(meters) == {"c 2025-6": 1, "s 2025-6": 2, "s 2025-7": 2}
    meters.ingest()
    assert folders(meters) == {"c 2025-6": 1, "s 2025-7": 2}
    assert meters.catalog.changes[-1].startswith("drop bronze.readings/batch=s-")


def test_each_table_has_its_own_compactions(meters: Meters) -> None:
    for number in range(2):
        meters.read(reading(number, JUNE), reading(10 + number, JULY))
        meters.alert((f"a{number}", JUNE), (f"b{number}", JULY))
    compact(meters)
    read = {
        table: Compactions.read(meters.store, "ledger", "meters", table).entries
        for table in ("readings", "alerts", "meters")
    }
    assert {table: len(entries) for table, entries in read.items()} == {
        "readings": 1,
        "alerts": 1,
        "meters": 0,
    }
