"""The pointer is moved by compare-and-swap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from glue_jobs.ledger.damage import DamagedEntryError
from glue_jobs.models.pointer import Pointer, PointerMovedError, move, promoted, read_pointer
from lake.naming import COLD_START
from tests.fakes import FolderStore, KillableStore, KilledError
from tests.glue_jobs.models.conftest import AT

FIRST, SECOND = "m-20250101-0123456789ab", "m-20250201-0123456789ab"
KEY = "model-pointers/shop/prices.json"


def moved(store: FolderStore, expected: Pointer | None, to: str, by: str = "ann") -> Pointer:
    return move(store, "ledger", "shop", "prices", expected=expected, to=to, by=by, why="better", at=AT)


def current(store: FolderStore) -> Pointer | None:
    return read_pointer(store, "ledger", "shop", "prices")


def test_no_pointer_is_the_cold_start(store: FolderStore) -> None:
    assert current(store) is None
    assert promoted(None) == COLD_START


def test_moved_pointer_is_read(store: FolderStore) -> None:
    first = moved(store, None, FIRST)
    assert (
        current(store) == first == Pointer(version=FIRST, previous=COLD_START, by="ann", why="better", at=AT)
    )
    second = moved(store, current(store), SECOND)
    assert current(store) == second
    assert second.previous == FIRST
    back = moved(store, current(store), COLD_START)
    assert (promoted(back), back.previous) == (COLD_START, SECOND)


def test_pointer_that_another_moved_stays(store: FolderStore) -> None:
    moved(store, None, FIRST)
    read = current(store)
    moved(store, current(store), SECOND)
    for expected in (None, read):
        with pytest.raises(PointerMovedError, match="it was not moved to cold-start"):
            moved(store, expected, COLD_START)
    assert promoted(current(store)) == SECOND


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_moves_at_once_one_succeeds(store: FolderStore, is_first: bool) -> None:
    if not is_first:
        moved(store, None, FIRST)
    read = current(store)

    def attempt(number: int) -> bool:
        try:
            moved(store, read, SECOND, by=f"person {number}")
        except PointerMovedError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(16))) == 1


def test_killed_move_changes_nothing(store: FolderStore) -> None:
    moved(store, None, FIRST)
    with pytest.raises(KilledError):
        moved(KillableStore(store.root, killed_at=0), current(store), SECOND)
    assert promoted(current(store)) == FIRST


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"{}",
        b'{"version": "../x", "previous": "cold-start", "by": "", "why": "", "at": "2026-01-01"}',
        b'{"version": 7, "previous": "cold-start", "by": "", "why": "", "at": "2026-01-01"}',
        b'{"version": "cold-start", "previous": "cold-start", "by": "", "why": "", "at": "soon"}',
    ],
)  # fmt: skip
def test_damaged_pointer_is_told_with_its_remedy(store: FolderStore, body: bytes) -> None:
    store.write("ledger", KEY, body)
    with pytest.raises(
        DamagedEntryError, match=r"not a pointer to a version.*list-object-versions"
    ) as caught:
        current(store)
    assert f"s3://ledger/{KEY}" in str(caught.value)
