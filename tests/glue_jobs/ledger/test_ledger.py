"""The ledger's entries: written once, read back whole, clear when damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.ledger.ledger import Batch, BatchStatus, FileEntry, FileStatus, Ledger
from lake.errors import CaudalError
from tests.fakes import FolderStore


def file(key: str, status: str = FileStatus.INGESTED) -> FileEntry:
    return FileEntry(
        key=key, version=f"{key}-1", table="makers", size=9, sha256=f"sha-{key}", rank="r", status=status,
        missing_columns=("country",), undeclared_columns=("shoe size",), rows_read=3, rows_bronze=2,
        rows_quarantined=1,
    )  # fmt: skip


def batch(
    number: int, *files: FileEntry, status: str = BatchStatus.COMMITTED, tables: tuple[str, ...] = ("makers",)
) -> Batch:
    return Batch(
        batch_id=f"b-{number}", domain="toy", execution="x", status=status, committed_at="2026-01-01",
        files=files, tables=tables,
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


@pytest.fixture
def ledger(store: FolderStore) -> Ledger:
    return Ledger(store, "processed", "toy")


def mark(ledger: Ledger, *batch_ids: str) -> None:
    ledger.mark_curated(batch_ids, execution="x", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    view = ledger.view()
    assert (view.batches, view.pending, view.seen, view.ingested) == ((), (), frozenset(), {})


def test_what_was_committed_is_read_back(ledger: Ledger) -> None:
    first, second = batch(1, file("a"), file("b", FileStatus.REJECTED)), batch(2, file("c"))
    ledger.commit(second)
    ledger.commit(first)
    view = ledger.view()
    assert view.batches == (first, second)
    assert view.seen == {("a", "a-1"), ("b", "b-1"), ("c", "c-1")}
    assert view.ingested == {"sha-a": "a", "sha-c": "c"}


def test_a_batch_is_committed_once(ledger: Ledger) -> None:
    ledger.commit(batch(1, file("a")))
    with pytest.raises(CaudalError, match=r"b-1\.json: batch b-1 is committed already\. Another run"):
        ledger.commit(batch(1, file("b")))
    assert ledger.view().batches == (batch(1, file("a")),)


def test_batches_are_pending_until_they_are_curated(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.commit(batch(number))
    mark(ledger, "b-1")
    mark(ledger, "b-1", "b-2")
    assert [each.batch_id for each in ledger.view().pending] == ["b-3"]
    assert ledger.view().batches_of("makers") == ("b-1", "b-2", "b-3")


def test_a_batch_without_rows_is_never_pending(ledger: Ledger) -> None:
    ledger.commit(batch(1, file("a", FileStatus.REJECTED), tables=()))
    assert ledger.view().pending == ()


def test_a_rejected_batch_is_not_readable_but_its_files_are_known(ledger: Ledger) -> None:
    ledger.commit(batch(1, file("a"), status=BatchStatus.REJECTED))
    view = ledger.view()
    assert (view.readable, view.pending, view.batches_of("makers")) == ((), (), ())
    assert view.seen == {("a", "a-1")}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"batch_id": "b-1"}', b'{"files": [], "tables": [], "x": 1}']
)
def test_a_damaged_entry_is_named(store: FolderStore, ledger: Ledger, body: bytes) -> None:
    store.write("processed", "_ledger/toy/batches/b-1.json", body)
    with pytest.raises(
        CaudalError, match=r"^_ledger/toy/batches/b-1\.json: not a ledger entry .*earlier version"
    ):
        ledger.view()


def test_the_ledger_of_another_domain_is_another(store: FolderStore, ledger: Ledger) -> None:
    Ledger(store, "processed", "toys").commit(batch(1))
    assert ledger.view().batches == ()
