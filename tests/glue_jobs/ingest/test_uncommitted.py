"""Batches that are not in the ledger are removed from bronze, quarantine and the catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ingest.uncommitted import remove_uncommitted
from lake import naming
from tests.meters.arrivals import Meters

READINGS = "bronze/meters/readings/batch="
MONTH = "year=2025/month=6/part-0.parquet"


@pytest.fixture
def lake(meters_on_path: None, tmp_path: Path) -> Meters:
    """One committed micro-batch, and files of an unknown one and of an unknown drop."""
    meters = Meters(None, tmp_path / "buckets")
    committed = meters.read(("r1", "2025-06-01", "m1", 5))
    assert committed == "s-0001-00000001"
    for key in (
        f"{READINGS}s-0001-00000002/{MONTH}",
        f"{READINGS}x-other/{MONTH}",
        "bronze/meters/meters/batch=b-1/part-0.parquet",
        "quarantine/meters/meters/batch=b-1/part-0.parquet",
        f"quarantine/meters/{naming.UNRECOGNISED}/batch=b-1/part-0.parquet",
    ):
        meters.store.write("processed", key, b"parquet")
    return meters


def places(lake: Meters) -> set[str]:
    """Return `<layer>/<table>/<batch>` of all files."""
    keys = [item.key.split("/") for item in lake.store.list("processed", "")]
    return {f"{layer}/{table}/{batch.removeprefix('batch=')}" for layer, _, table, batch, *_ in keys}


def test_unknown_batches_of_drops_are_removed(lake: Meters) -> None:
    tables = ["meters", naming.UNRECOGNISED]
    remove_uncommitted(lake.store, lake.catalog, "processed", lake.domain, tables, lake.view())
    assert places(lake) == {
        "bronze/readings/s-0001-00000001",
        "bronze/readings/s-0001-00000002",
        "bronze/readings/x-other",
    }
    assert lake.catalog.changes == ["drop bronze.meters/batch=b-1", "drop quarantine.meters/batch=b-1"]


def test_stream_removes_its_own_batches_only(lake: Meters) -> None:
    remove_uncommitted(
        lake.store, lake.catalog, "processed", lake.domain, ["readings"], lake.view(),
        is_own=naming.is_stream_batch,
    )  # fmt: skip
    assert places(lake) >= {"bronze/readings/s-0001-00000001", "bronze/readings/x-other"}
    assert "bronze/readings/s-0001-00000002" not in places(lake)
    assert lake.catalog.changes == ["drop bronze.readings/batch=s-0001-00000002/year=2025/month=6"]
