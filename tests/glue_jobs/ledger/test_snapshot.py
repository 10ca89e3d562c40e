"""The snapshot of the ledger saves requests and does not change what readers see."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue_jobs.ledger import snapshot as ledger_snapshot
from glue_jobs.ledger.ledger import Batch, Ledger
from lake.errors import CaudalError
from lake.naming import BatchStatus, ledger_key, ledger_prefix, snapshot_key
from tests.fakes import FolderStore

SNAPSHOT = snapshot_key("toy")


class CountingStore(FolderStore):
    """A FolderStore that records the keys of the objects that are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.reads: list[str] = []

    def read(self, bucket: str, key: str) -> bytes:
        body = super().read(bucket, key)
        self.reads.append(key)
        return body


def batch(number: int) -> Batch:
    return Batch(
        batch_id=f"b-{number:03}", domain="toy", execution="é", status=BatchStatus.COMMITTED,
        committed_at="2026-01-01", files=(),
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path)


@pytest.fixture
def ledger(store: CountingStore) -> Ledger:
    return Ledger(store, "ledger", "toy")


@pytest.fixture(autouse=True)
def _snapshot_every_three_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_snapshot, "MAX_LAG", 3)


def commit(ledger: Ledger, *numbers: int) -> None:
    for number in numbers:
        ledger.commit(batch(number))


def test_ledger_of_few_batches_has_no_snapshot(ledger: Ledger) -> None:
    commit(ledger, 1, 2)
    assert not ledger.update_snapshot()


def test_batches_in_the_snapshot_are_not_read_one_by_one(ledger: Ledger, store: CountingStore) -> None:
    commit(ledger, 1, 2, 3)
    assert ledger.update_snapshot()
    commit(ledger, 4)
    store.reads.clear()
    assert ledger.view().batches == (batch(1), batch(2), batch(3), batch(4))
    assert store.reads == [SNAPSHOT, ledger_key("toy", "b-004")]


def test_snapshot_is_written_anew_when_it_lacks_many_batches(ledger: Ledger, store: CountingStore) -> None:
    commit(ledger, 1, 2, 3)
    ledger.update_snapshot()
    commit(ledger, 4, 5)
    assert not ledger.update_snapshot()
    commit(ledger, 6)
    assert ledger.update_snapshot()
    store.reads.clear()
    assert len(ledger.view().batches) == 6
    assert store.reads == [SNAPSHOT]


def test_deleted_batch_is_not_read_from_the_snapshot(ledger: Ledger, store: CountingStore) -> None:
    commit(ledger, 1, 2, 3)
    ledger.update_snapshot()
    store.delete("ledger", [ledger_key("toy", "b-002")])
    assert ledger.view().batches == (batch(1), batch(3))


def test_restored_batch_is_not_read_from_the_snapshot(ledger: Ledger, store: CountingStore) -> None:
    commit(ledger, 1, 2, 3)
    ledger.update_snapshot()
    key = ledger_key("toy", "b-001")
    store.write("ledger", key, batch(1).to_json().replace(b"2026-01-01", b"2026-01-02"))
    assert ledger.view().batches[0].committed_at == "2026-01-02"


@pytest.mark.parametrize("body", [b"", b"{}", b"\x1f\x8b\x08broken", b"\x1f\x8b"])
def test_error_of_a_damaged_snapshot_names_key_and_remedy(
    ledger: Ledger, store: CountingStore, body: bytes
) -> None:
    commit(ledger, 1)
    store.write("ledger", SNAPSHOT, body)
    with pytest.raises(
        CaudalError, match=r"delete it with `aws s3 rm s3://ledger/toy/snapshot\.json\.gz`"
    ) as raised:
        ledger.view()
    assert SNAPSHOT in str(raised.value)
    store.delete("ledger", [SNAPSHOT])
    assert ledger.view().batches == (batch(1),)


@given(st.lists(st.tuples(st.sampled_from(["commit", "update", "delete"]), st.integers(0, 9)), max_size=30))
def test_with_and_without_a_snapshot_the_view_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    store = FolderStore(tmp_path_factory.mktemp("store"))
    ledger = Ledger(store, "ledger", "toy")
    for step, number in steps:
        if step == "update":
            ledger.update_snapshot()
        elif step == "delete":
            store.delete("ledger", [ledger_key("toy", f"b-{number:03}")])
        else:
            store.create("ledger", ledger_key("toy", f"b-{number:03}"), batch(number).to_json())
    seen = ledger.view()
    store.delete("ledger", [SNAPSHOT])
    assert ledger.view() == seen
    assert len(seen.batches) == len(list(store.list("ledger", ledger_prefix("toy"))))
