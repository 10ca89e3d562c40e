"""Files of batches without a ledger entry are removed; everything else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ledger.ledger import Batch, Ledger, LedgerView
from glue_jobs.ledger.uncommitted import remove_uncommitted
from lake import naming
from lake.naming import BatchStatus
from tests.fakes import FolderStore


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """A committed batch, a leftover of a drop, and one of a micro-batch, in bronze and quarantine."""
    store = FolderStore(tmp_path)
    Ledger(store, "ledger", "shop").commit(
        Batch(
            batch_id="b-1", domain="shop", execution="x", status=BatchStatus.COMMITTED,
            committed_at="2026-01-01T00:00:00+00:00", files=(),
        )
    )  # fmt: skip
    for layer in ("bronze", "quarantine"):
        for batch in ("b-1", "b-2", "s-0001-00000001"):
            for name in ("part-00000.parquet", "_staged/rejected=false/a.parquet"):
                store.write("processed", naming.batch_prefix(layer, "shop", "orders", batch) + name, b"x")
    return store


def view(store: FolderStore) -> LedgerView:
    return Ledger(store, "ledger", "shop").view()


def left(store: FolderStore) -> set[str]:
    """Return `layer batch` of every file."""
    keys = [item.key.split("/") for item in store.list("processed", "")]
    return {f"{key[0]} {key[3].removeprefix('batch=')}" for key in keys}


def test_files_of_batches_without_an_entry_are_removed_with_their_staged_ones(store: FolderStore) -> None:
    remove_uncommitted(store, "processed", "shop", ["orders"], view(store))
    assert left(store) == {"bronze b-1", "quarantine b-1"}


def test_batches_of_other_jobs_stay(store: FolderStore) -> None:
    remove_uncommitted(
        store, "processed", "shop", ["orders"], view(store), is_own=lambda batch: batch.startswith("s-")
    )
    assert left(store) == {"bronze b-1", "bronze b-2", "quarantine b-1", "quarantine b-2"}


def test_other_tables_stay(store: FolderStore) -> None:
    before = left(store)
    remove_uncommitted(store, "processed", "shop", ["order", "customers"], view(store))
    assert left(store) == before
