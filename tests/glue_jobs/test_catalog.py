"""The jobs keep the catalog equal to what they publish; a reconciliation completes it after killed runs."""

from __future__ import annotations

import pytest

from lake.files.layers import StoredTable
from tests.fakes import KillableStore, KilledBeforeStore, KilledError, MemoryCatalog
from tests.glue_jobs.test_killed_runs import SECOND
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD


class UnreachableCatalog(MemoryCatalog):
    """A catalog that is out of service."""

    def register(self, table: StoredTable, partitions: object) -> None:
        raise ConnectionError(f"{table.layer}.{table.name}")


def position(changes: list[str], start: str) -> int:
    return next(place for place, change in enumerate(changes) if change.startswith(start))


def lose(catalog: MemoryCatalog) -> None:
    """Empty the catalog as a new deployment of the tables does."""
    catalog.tables.clear()


def test_jobs_register_what_they_publish(january: Pipeline) -> None:
    assert january.reconcile() == []
    january.drop(SECOND)
    january.run()
    assert january.reconcile() == []
    layers = {path.partition(".")[0] for path in january.catalog.paths()}
    assert layers == {"bronze", "quarantine", "silver", "gold"}


def test_batch_is_registered_after_its_entry_in_the_ledger(empty_pipeline: Pipeline) -> None:
    store = KillableStore(empty_pipeline.root)
    empty_pipeline.catalog = MemoryCatalog(store.changes)
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\nx,y,z\n"})
    empty_pipeline.ingest(store=store)
    [batch] = empty_pipeline.view().batches
    place = f"makers/batch={batch.batch_id}"
    assert empty_pipeline.catalog.paths() == {f"bronze.{place}", f"quarantine.{place}"}
    registered = position(store.changes, f"register bronze.{place}")
    assert position(store.changes, f"write toy/batches/{batch.batch_id}") < registered
    assert position(store.changes, "write _runs/") > registered


def test_removed_partition_is_dropped_before_its_objects_go(january: Pipeline) -> None:
    store = KillableStore(january.root)
    tables = january.catalog.tables
    january.catalog = MemoryCatalog(store.changes)
    january.catalog.tables = tables
    january.drop(SECOND)
    january.run(store=store)
    place = "sales/year=2024/month=1"
    assert "silver." + place not in january.catalog.paths()
    dropped = position(store.changes, f"drop silver.{place}")
    assert position(store.changes, "copy silver/toy/sales/") < dropped
    assert dropped < position(store.changes, "delete silver/toy/sales/year=2024/month=1/")


def test_full_refresh_registers_all_partitions_of_silver_and_gold(january: Pipeline) -> None:
    before = january.catalog.paths()
    lose(january.catalog)
    january.curate(full_refresh=True)
    published = {path for path in before if path.startswith(("silver.", "gold."))}
    assert january.catalog.paths() == published
    january.reconcile()
    assert january.catalog.paths() == before


def test_run_without_new_files_leaves_the_reconciliation_to_complete_the_catalog(january: Pipeline) -> None:
    before = january.catalog.paths()
    lose(january.catalog)
    assert january.ingest()["status"] == "NOTHING_NEW"
    assert january.reconcile()
    assert january.catalog.paths() == before


@pytest.mark.parametrize("place", ["write _runs/toy/.*raw_to_processed", "copy toy/", "delete silver/"])
def test_killed_run_is_completed_in_the_catalog_too(january: Pipeline, place: str) -> None:
    january.drop(SECOND)
    with pytest.raises(KilledError):
        january.run(store=KilledBeforeStore(january.root, place))
    january.ingest()
    january.reconcile()
    january.curate()
    assert january.reconcile() == []


def test_batch_whose_registration_failed_is_registered_by_the_next_execution(january: Pipeline) -> None:
    january.drop(SECOND)
    working = january.catalog
    january.catalog = UnreachableCatalog()
    with pytest.raises(ConnectionError):
        january.ingest()
    january.catalog = working
    assert january.ingest()["proceed"]
    assert january.reconcile()
    january.curate()
    assert january.reconcile() == []


def test_publication_whose_registration_failed_is_repeated(january: Pipeline) -> None:
    january.drop(SECOND)
    january.ingest()
    working = january.catalog
    january.catalog = UnreachableCatalog()
    with pytest.raises(ConnectionError):
        january.curate()
    assert january.view().pending
    january.catalog = working
    january.curate()
    assert january.view().pending == ()
    assert january.reconcile() == []


def test_partitions_of_an_uncommitted_batch_are_dropped_with_its_objects(january: Pipeline) -> None:
    """A crawler may have registered them."""
    path = "batch=b-killed/year=2024/month=1"
    january.store.write("processed", f"bronze/toy/sales/{path}/part-00000.parquet", b"parquet")
    january.catalog.tables["bronze.sales"].add(path)
    january.ingest()
    assert path not in january.catalog.tables["bronze.sales"]
    assert january.reconcile() == []
