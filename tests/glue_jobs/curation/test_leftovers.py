"""What a killed compaction has left is removed from bronze and the catalog."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.curation.leftovers import remove_leftovers
from glue_jobs.ledger.compaction_log import Compaction, commit
from tests.fakes import KillableStore, MemoryCatalog
from tests.meters.arrivals import Meters

FOLDER = "bronze/meters/readings/batch="
JUNE = "year=2025/month=6"


@pytest.fixture
def lake(meters_on_path: None, tmp_path: Path) -> Meters:
    """Two micro-batches, a merged file that replaces the first one, and one that no entry names."""
    meters = Meters(None, tmp_path / "buckets")
    for _ in range(2):
        meters.read(("r1", "2025-06-01", "m1", 5))
    for place in ("c-1", "c-orphan"):
        meters.store.write("processed", f"{FOLDER}{place}/{JUNE}/part-0.parquet", b"parquet")
    entry = Compaction(
        compaction_id="c-1", table="readings", year=2025, month=6, rows=1, execution="x",
        replaced=("s-0001-00000001",),
    )  # fmt: skip
    commit(meters.store, "ledger", "meters", entry)
    return meters


def test_replaced_and_orphaned_files_go_with_their_partitions(lake: Meters) -> None:
    store = KillableStore(lake.root)
    catalog = MemoryCatalog(store.changes)
    assert remove_leftovers(store, catalog, lake.args(), lake.domain, "readings")
    left = {item.key.removeprefix(FOLDER).partition("/")[0] for item in store.list("processed", FOLDER)}
    assert left == {"c-1", "s-0001-00000002"}
    assert store.changes[:2] == [
        f"drop bronze.readings/batch=c-orphan/{JUNE}",
        f"drop bronze.readings/batch=s-0001-00000001/{JUNE}",
    ]
    assert {change.partition(" ")[0] for change in store.changes[2:]} == {"delete"}


def test_without_leftovers_nothing_is_changed(lake: Meters) -> None:
    remove_leftovers(lake.store, lake.catalog, lake.args(), lake.domain, "readings")
    catalog = MemoryCatalog()
    assert not remove_leftovers(lake.store, catalog, lake.args(), lake.domain, "readings")
    assert catalog.changes == []
