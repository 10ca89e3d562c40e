"""The partitions that the catalog should have follow from the ledger and the objects."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glue_jobs.catalog.published import partitions_of, read_published
from glue_jobs.ledger.compaction_log import Compaction, commit
from glue_jobs.ledger.ledger import Batch
from lake.files.layers import partitioned_tables, stored_table
from lake.naming import BatchStatus
from tests.meters.arrivals import Meters
from tests.pipeline import BUCKETS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def lake(meters_on_path: None, tmp_path: Path) -> Meters:
    """The meters without Spark."""
    return Meters(None, tmp_path / "buckets")


def put(lake: Meters, *keys: str) -> None:
    for key in keys:
        bucket = "curated" if key.startswith("meters/") else "processed"
        lake.store.write(bucket, key, b"parquet")


def commit_batch(lake: Meters, batch_id: str, status: str = BatchStatus.COMMITTED) -> None:
    batch = Batch(
        batch_id=batch_id, domain="meters", execution="x", status=status, committed_at=NOW.isoformat(),
        files=(), tables=("meters",),
    )  # fmt: skip
    lake.ledger.commit(batch)


def published(lake: Meters, since: datetime | None = None) -> tuple[set[str], set[str], frozenset[str]]:
    """Return published partitions and those in flight as `<layer>.<table>/<values>`, and recent batches."""
    tables = partitioned_tables(lake.domain)
    found = read_published(lake.store, BUCKETS, lake.domain, tables, since=since)
    names = [
        {f"{t.layer}.{t.name}/{'/'.join(p)}" for t, partitions in side.items() for p in partitions}
        for side in (found.partitions, found.in_flight)
    ]
    return names[0], names[1], found.recent


def test_batches_of_every_status_count_and_unknown_ones_do_not(lake: Meters) -> None:
    commit_batch(lake, "b-1")
    commit_batch(lake, "b-2", BatchStatus.REJECTED)
    for batch in ("b-1", "b-2", "b-3"):
        put(lake, f"bronze/meters/meters/batch={batch}/part-00000.parquet")
    put(
        lake,
        "quarantine/meters/meters/batch=b-2/part.parquet",
        "quarantine/meters/meters/batch=b-9/p.parquet",
    )
    assert published(lake) == (
        {"bronze.meters/b-1", "bronze.meters/b-2", "quarantine.meters/b-2"}, set(), frozenset()
    )  # fmt: skip


def test_micro_batch_that_is_not_committed_is_in_flight(lake: Meters) -> None:
    lake.read(("r1", "2025-06-01", "m1", 5))
    put(lake, "bronze/meters/readings/batch=s-0001-00000007/year=2025/month=7/part.parquet")
    assert published(lake)[:2] == (
        {"bronze.readings/s-0001-00000001/2025/6"},
        {"bronze.readings/s-0001-00000007/2025/7"},
    )


def test_merged_files_count_instead_of_those_that_they_replace(lake: Meters) -> None:
    for day in ("2025-06-01", "2025-06-02"):
        lake.read(("r1", day, "m1", 5), ("r2", "2025-07-01", "m1", 5))
    folder = "bronze/meters/readings/batch="
    put(lake, f"{folder}c-1/year=2025/month=6/part.parquet", f"{folder}c-2/year=2025/month=6/part.parquet")
    entry = Compaction(
        compaction_id="c-1", table="readings", year=2025, month=6, rows=2, execution="x",
        replaced=("s-0001-00000001", "s-0001-00000002"),
    )  # fmt: skip
    commit(lake.store, "ledger", "meters", entry)
    assert published(lake)[0] == {
        "bronze.readings/c-1/2025/6",
        "bronze.readings/s-0001-00000001/2025/7",
        "bronze.readings/s-0001-00000002/2025/7",
    }


def test_partitions_of_silver_and_gold_hold_files(lake: Meters) -> None:
    silver, gold = "silver/meters/readings", "meters/kwh_by_month"
    put(lake, f"{silver}/year=2025/month=6/part-00000.parquet", f"{silver}/year=2025/month=7/_SUCCESS")
    put(lake, f"{gold}/_staging/year=2025/month=6/part.parquet", f"{gold}/part.parquet")
    put(lake, f"{gold}/year=2025/month=5/part-00000.parquet")
    assert published(lake)[0] == {"silver.readings/2025/6", "gold.kwh_by_month/2025/5"}


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("year=2025/month=6/part-00000.parquet", {("2025", "6")}),
        ("year=2025/part.parquet", set()),
        ("month=6/year=2025/part.parquet", set()),
        ("year=2025/month=6/_part.parquet", set()),
        ("year=2025/month=6/.part.parquet.crc", set()),
        ("year=2025/month=6/deeper/part.parquet", set()),
        ("_staged/year=2025/month=6/part.parquet", set()),
    ],
)
def test_only_data_files_below_the_tables_keys_make_a_partition(
    lake: Meters, key: str, found: set[tuple[str, ...]]
) -> None:
    table = stored_table(lake.domain, "silver", "readings")
    assert partitions_of([f"silver/meters/readings/{key}"], table, lake.domain) == found


def test_batches_committed_since_a_moment_are_recent(lake: Meters) -> None:
    """The entry of the same second counts as later: S3 knows no fractions."""
    for number, moment in enumerate((NOW - timedelta(seconds=1), NOW, NOW + timedelta(hours=1)), start=1):
        commit_batch(lake, f"b-{number}")
        [entry] = [item for item in lake.store.list("ledger", "") if f"b-{number}." in item.key]
        seconds = moment.timestamp()
        os.utime(lake.root / "ledger" / entry.key, (seconds, seconds))
    assert published(lake, since=NOW + timedelta(milliseconds=900))[2] == {"b-2", "b-3"}
    assert published(lake)[2] == frozenset()
