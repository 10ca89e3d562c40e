"""The catalog is made equal to what is published, whatever happened to it, and validated after a crawl."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glue_jobs.catalog.reconciliation import describe, validate
from tests.meters.arrivals import Meters
from tests.pipeline import BUCKETS

CRAWL = datetime(2026, 1, 2, tzinfo=UTC)
PARTITIONS = {
    "bronze.readings/batch=s-0001-00000001/year=2025/month=6",
    "bronze.readings/batch=s-0001-00000001/year=2025/month=7",
    "silver.readings/year=2025/month=6",
    "silver.readings/year=2025/month=7",
    "gold.kwh_by_month/year=2025/month=6",
}


@pytest.fixture
def lake(meters_on_path: None, tmp_path: Path) -> Meters:
    """A lake with one committed micro-batch and published partitions, all of them in the catalog."""
    meters = Meters(None, tmp_path / "buckets")
    meters.read(("r1", "2025-06-01", "m1", 5), ("r2", "2025-07-01", "m1", 5))
    for month in (6, 7):
        put(meters, "processed", f"silver/meters/readings/year=2025/month={month}/part-00000.parquet")
    put(meters, "curated", "meters/kwh_by_month/year=2025/month=6/part-00000.parquet")
    meters.reconcile()
    assert meters.catalog.paths() == PARTITIONS
    meters.catalog.changes.clear()
    return meters


def put(lake: Meters, bucket: str, key: str) -> None:
    lake.store.write(bucket, key, b"parquet")


def lose_all(lake: Meters) -> None:
    lake.catalog.tables.clear()


def lose_one(lake: Meters) -> None:
    lake.catalog.tables["silver.readings"].remove("year=2025/month=7")


def add_strays(lake: Meters) -> None:
    lake.catalog.tables["gold.kwh_by_month"].add("year=1999/month=1")
    lake.catalog.tables["bronze.meters"] = {"batch=b-unknown"}


@pytest.mark.parametrize("damage", [lose_all, lose_one, add_strays])
def test_catalog_is_right_after_a_reconciliation(lake: Meters, damage: Callable[[Meters], None]) -> None:
    """After tables were created anew, partitions dropped by hand, and strays registered by hand."""
    damage(lake)
    assert lake.catalog.paths() != PARTITIONS
    assert lake.reconcile()
    assert lake.catalog.paths() == PARTITIONS
    assert lake.reconcile() == []


def test_catalog_that_is_right_is_not_changed(lake: Meters) -> None:
    assert lake.reconcile() == []
    assert lake.catalog.changes == []


def test_partition_described_differently_from_its_table_is_updated(lake: Meters) -> None:
    lake.catalog.outdated.add("silver.readings/year=2025/month=6")
    assert describe(lake.reconcile()) == (
        "silver.readings: year=2025/month=6 is in the catalog with other columns or another location than "
        "its table's."
    )
    assert lake.catalog.changes == ["update silver.readings/year=2025/month=6"]
    assert lake.reconcile() == []


def test_micro_batch_in_flight_is_left_alone(lake: Meters) -> None:
    """Its job registers it after the commit; a crawler may have found its files before."""
    place = "batch=s-0001-00000002/year=2025/month=8"
    put(lake, "processed", f"bronze/meters/readings/{place}/part-0.parquet")
    assert lake.reconcile() == []
    lake.catalog.tables["bronze.readings"].add(place)
    assert lake.reconcile() == []
    assert f"bronze.readings/{place}" in lake.catalog.paths()


def test_partition_of_a_micro_batch_without_files_is_dropped(lake: Meters) -> None:
    lake.catalog.tables["bronze.readings"].add("batch=s-0001-00000002/year=2025/month=8")
    assert lake.reconcile()
    assert lake.catalog.paths() == PARTITIONS


def difference(lake: Meters, *layers: str) -> str:
    """Return how the catalog of these layers differs after a crawl."""
    found = validate(lake.catalog, lake.store, BUCKETS, lake.domain, layers, crawl_started=CRAWL)
    return describe(found)


def commit_at(lake: Meters, batch: str, moment: datetime) -> None:
    """Set the time at which a batch was committed."""
    [entry] = [item.key for item in lake.store.list("ledger", "") if f"{batch}.json" in item.key]
    os.utime(lake.root / "ledger" / entry, (moment.timestamp(), moment.timestamp()))


def test_validation_names_missing_and_stray_partitions(lake: Meters) -> None:
    lose_one(lake)
    add_strays(lake)
    commit_at(lake, "s-0001-00000001", CRAWL - timedelta(hours=1))
    assert difference(lake, "silver", "gold") == (
        "silver.readings: year=2025/month=7 is not in the catalog. "
        "gold.kwh_by_month: year=1999/month=1 is in the catalog but not published."
    )
    assert difference(lake, "bronze", "quarantine") == (
        "bronze.meters: batch=b-unknown is in the catalog but not published."
    )


def test_validation_expects_batches_committed_before_the_crawl_only(lake: Meters) -> None:
    lake.catalog.tables["bronze.readings"].clear()
    commit_at(lake, "s-0001-00000001", CRAWL + timedelta(minutes=1))
    assert difference(lake, "bronze") == ""
    commit_at(lake, "s-0001-00000001", CRAWL - timedelta(seconds=1))
    assert difference(lake, "bronze") == (
        "bronze.readings: batch=s-0001-00000001/year=2025/month=6, batch=s-0001-00000001/year=2025/month=7 "
        "is not in the catalog."
    )


def test_validation_leaves_a_later_micro_batch_aside(lake: Meters) -> None:
    place = "batch=s-0001-00000002/year=2025/month=8"
    put(lake, "processed", f"bronze/meters/readings/{place}/part-0.parquet")
    lake.catalog.tables["bronze.readings"].add(place)
    assert difference(lake, "bronze") == ""


def test_validation_does_not_compare_descriptions(lake: Meters) -> None:
    lake.catalog.outdated.add("silver.readings/year=2025/month=6")
    assert difference(lake, "silver", "gold") == ""


def test_message_names_ten_partitions_of_a_table(lake: Meters) -> None:
    lake.catalog.tables["gold.kwh_by_month"] |= {f"year=19{number}/month=1" for number in range(10, 25)}
    message = describe(lake.reconcile())
    assert "year=1919/month=1 and 5 more is in the catalog but not published." in message
    assert "year=1920" not in message


def test_validation_leaves_a_year_of_the_log_of_runs_to_the_next_reconciliation(lake: Meters) -> None:
    """A stream's job logs its run at any time, without the lease and without the catalog."""
    put(lake, "curated", "meters/pipeline_runs/year=2026/run-1.parquet")
    assert difference(lake, "gold") == ""
    lake.reconcile()
    assert "gold.pipeline_runs/year=2026" in lake.catalog.paths()
