"""The ledger's batches and holds: committed once, read as written, released by id."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.ledger.holds import Hold
from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger
from lake.errors import CaudalError
from lake.naming import BatchStatus, FileStatus
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
    return Ledger(store, "ledger", "toy")


def mark(ledger: Ledger, *batch_ids: str) -> None:
    ledger.mark_curated(batch_ids, execution="x", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_new_ledger_is_empty(ledger: Ledger) -> None:
    view = ledger.view()
    assert (view.batches, view.pending, view.seen, view.ingested) == ((), (), frozenset(), {})


def test_update_reads_new_batches_and_a_tenth_of_the_others(ledger: Ledger) -> None:
    ledger.commit(batch(1, *(file(name) for name in "abcdefghij")))  # ten files of 9 bytes
    assert ledger.view().size_to_curate(everything=False) == 90
    mark(ledger, "b-1")
    ledger.commit(batch(2, file("k")))
    assert ledger.view().size_to_curate(everything=False) == 9 + 9
    assert ledger.view().size_to_curate(everything=True) == ledger.view().size == 99


def test_committed_batches_are_read_as_written(ledger: Ledger) -> None:
    first, second = batch(1, file("a"), file("b", FileStatus.REJECTED)), batch(2, file("c"))
    ledger.commit(second)
    ledger.commit(first)
    view = ledger.view()
    assert view.batches == (first, second)
    assert view.seen == {("a", "a-1"), ("b", "b-1"), ("c", "c-1")}
    assert view.ingested == {("makers", "sha-a"): "a", ("makers", "sha-c"): "c"}


def test_batch_cannot_be_committed_twice(ledger: Ledger) -> None:
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


def test_batch_without_rows_is_never_pending(ledger: Ledger) -> None:
    ledger.commit(batch(1, file("a", FileStatus.REJECTED), tables=()))
    assert ledger.view().pending == ()


def test_rejected_batch_is_not_readable_but_its_files_are_known(ledger: Ledger) -> None:
    ledger.commit(batch(1, file("a"), status=BatchStatus.REJECTED))
    view = ledger.view()
    assert (view.readable, view.pending, view.batches_of("makers")) == ((), (), ())
    assert view.seen == {("a", "a-1")}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"batch_id": "b-1"}', b'{"files": [], "tables": [], "x": 1}']
)
def test_error_of_a_damaged_entry_names_its_key(store: FolderStore, ledger: Ledger, body: bytes) -> None:
    store.write("ledger", "toy/batches/b-1.json", body)
    with pytest.raises(
        CaudalError,
        match=r"^s3://ledger/toy/batches/b-1\.json: the object is not a batch .*list-object-versions",
    ):
        ledger.view()


def test_every_domain_has_its_own_ledger(store: FolderStore, ledger: Ledger) -> None:
    Ledger(store, "ledger", "toys").commit(batch(1))
    assert ledger.view().batches == ()


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_held_batches_are_hidden_until_the_hold_is_released(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.commit(batch(number, file(f"k{number}")))
    hold = Hold.of("makers", ("b-1", "b-2"), "too bad", execution="x", at=NOON)
    ledger.hold(hold)
    view = ledger.view()
    assert view.open_holds == (hold,)
    assert [each.batch_id for each in view.readable] == ["b-3"]
    assert [each.batch_id for each in view.holdable("makers")] == ["b-3"]
    assert ledger.release(hold.hold_id, by="me", at=NOON)
    assert not ledger.release(hold.hold_id, by="someone else", at=NOON)
    view = ledger.view()
    assert view.open_holds == ()
    assert [each.batch_id for each in view.readable] == ["b-1", "b-2", "b-3"]
    assert [each.batch_id for each in view.holdable("makers")] == ["b-3"]


def test_hold_cannot_be_written_twice(ledger: Ledger) -> None:
    hold = Hold.of("makers", ("b-1",), "too bad", execution="x", at=NOON)
    ledger.hold(hold)
    ledger.hold(hold)  # the same run, which did not learn that it had succeeded
    with pytest.raises(CaudalError, match=f"hold {hold.hold_id} exists already"):
        ledger.hold(replace(hold, execution="y"))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "b-0",
            r"no rejected batch or hold b-0\. Rejected batches: b-2\. Holds: h-20260101T120000000000-makers",
        ),
        ("b-1", "batch b-1 was not rejected"),
        ("b-3", "batch b-3 is part of the hold h-20260101T120000000000-makers: release the hold"),
    ],
)
def test_other_batches_cannot_be_released(ledger: Ledger, name: str, problem: str) -> None:
    for number, status in enumerate([BatchStatus.COMMITTED, BatchStatus.REJECTED, BatchStatus.COMMITTED], 1):
        ledger.commit(batch(number, status=status))
    ledger.hold(Hold.of("makers", ("b-3",), "too bad", execution="x", at=NOON))
    with pytest.raises(CaudalError, match=problem):
        ledger.release(name, by="me", at=NOON)


def test_batches_that_are_being_published_are_exempt_from_holds_until_they_are_curated(
    ledger: Ledger,
) -> None:
    for number in (1, 2):
        ledger.commit(batch(number, file(f"k{number}")))
    ledger.record_publishing(["b-1"], execution="x1")
    view = ledger.view()
    assert view.publishing == {"b-1"}
    assert [each.batch_id for each in view.holdable("makers")] == ["b-2"]
    mark(ledger, "b-1")
    assert ledger.view().publishing == frozenset()
