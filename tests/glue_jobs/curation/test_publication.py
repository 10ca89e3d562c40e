"""A reader that reads a mart and then its inputs sees no mart that is newer than its inputs.

The store pauses after each changed object until the reader has read everything several times, so that every
state in between is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from bench.mixed_reads import Counts, Files, Reader
from glue_jobs.curation.publication import Change, Published, publish
from tests.fakes import FolderStore, KilledBeforeStore, KilledError

INPUTS = {"joined": ("lines", "names"), "totals": ("joined",)}
RANKS = {"lines": 0, "names": 0, "joined": 1, "totals": 2}
BACKWARDS = {"totals": 0, "joined": 1, "names": 2, "lines": 2}
BY_NAME = {"joined": 0, "lines": 1, "names": 2, "totals": 3}

MONTHS = ("month=1", "month=2", "month=3")
OLD = {"lines": MONTHS, "names": ("",), "joined": MONTHS, "totals": ("",)}
REPLACED = OLD
ADDED = OLD | {"lines": (*MONTHS, "month=4"), "joined": (*MONTHS, "month=4")}
REMOVED = OLD | {"lines": MONTHS[:2], "joined": MONTHS[:2]}
STATES = {"replaced": REPLACED, "added": ADDED, "removed": REMOVED}


def key(table: str, part: str) -> str:
    return f"{table}/{part}/part-0" if part else f"{table}/part-0"


def change(table: str, old: Iterable[str], new: Iterable[str]) -> Change:
    """Return the change of a table from old to new partitions; all partitions get new content."""
    written, removed = tuple(sorted(new)), tuple(sorted(set(old) - set(new)))
    return Change(
        name=table,
        bucket="lake",
        copies=tuple((f"_staging/{key(table, part)}", key(table, part)) for part in written),
        surplus=tuple(key(table, part) for part in removed),
        result=Published(
            rows=1, files=len(written), written=written, removed=removed,
            new_partitions=set(old) != set(new),
        ),
    )  # fmt: skip


class PausingStore(FolderStore):
    """A FolderStore that waits after each changed object until the reader has read all tables `rounds` times.

    `registered` limits what the reader sees to the partitions in a catalog; None stands for no catalog.
    """

    def __init__(self, root: Path, rounds: int) -> None:
        super().__init__(root)
        self.reader = Reader(self.files, INPUTS)
        self.registered: set[str] | None = None
        self._rounds = rounds
        for table, parts in OLD.items():
            for part in parts:
                self.write("lake", key(table, part), b"old")

    def files(self, table: str) -> Files:
        """Return the table's files that a reader finds."""
        found = {item.key: item.etag for item in self.list("lake", f"{table}/")}
        known = self.registered
        return {name: etag for name, etag in found.items() if known is None or name in known}

    def stage(self, state: Mapping[str, Iterable[str]]) -> list[Change]:
        """Stage new content of every table; return the changes."""
        for table, parts in state.items():
            for part in parts:
                self.write("lake", f"_staging/{key(table, part)}", b"new")
        return [change(table, OLD[table], parts) for table, parts in state.items()]

    def copy(self, bucket: str, source: str, target: str) -> None:
        super().copy(bucket, source, target)
        self.reader.wait(self._rounds)

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        for each in keys:
            super().delete(bucket, [each])
            self.reader.wait(self._rounds)

    def register(self, published: Mapping[str, Published]) -> None:
        """Add and drop partitions in the catalog."""
        assert self.registered is not None
        for table, result in published.items():
            self.registered |= {key(table, part) for part in result.written}
            self.registered -= {key(table, part) for part in result.removed}
        self.reader.wait(self._rounds)


def reads(root: Path, state: str, ranks: Mapping[str, int], rounds: int = 1) -> Counts:
    """Publish a state while the reader reads; return what it saw."""
    store = PausingStore(root, rounds)
    changes = store.stage(STATES[state])
    with store.reader:
        publish(store, changes, ranks)
    return store.reader.counts()


@pytest.mark.parametrize("state", STATES)
def test_no_read_sees_a_mart_newer_than_its_inputs(tmp_path: Path, state: str) -> None:
    counts = reads(tmp_path, state, RANKS, rounds=300)
    assert counts.reads >= 1000
    assert counts.mixed > 0
    assert counts.newer == 0


@pytest.mark.parametrize("ranks", [BACKWARDS, BY_NAME])
@pytest.mark.parametrize("state", STATES)
def test_reads_during_a_publication_in_another_order_see_newer_marts(
    tmp_path: Path, state: str, ranks: Mapping[str, int]
) -> None:
    """The comparison above can fail: the same reader notices other orders."""
    assert reads(tmp_path, state, ranks).newer > 0


def through_the_catalog(root: Path, register_late: bool) -> Counts:
    """Publish a new month while the reader reads the files of registered partitions."""
    store = PausingStore(root, rounds=1)
    store.registered = {key(table, part) for table, parts in OLD.items() for part in parts}
    changes = store.stage(ADDED)
    with store.reader:
        if register_late:
            store.register(publish(store, changes, RANKS))
        else:
            publish(store, changes, RANKS, store.register)
    return store.reader.counts()


def test_partitions_are_registered_before_marts_that_read_them_change(tmp_path: Path) -> None:
    """`totals` has no partition to register: it would show the month before its input shows it."""
    assert through_the_catalog(tmp_path / "with each rank", register_late=False).newer == 0
    assert through_the_catalog(tmp_path / "at the end", register_late=True).newer > 0


def test_removed_partition_is_dropped_from_the_catalog_before_its_files_are_deleted(tmp_path: Path) -> None:
    """A run that dies in between finds the files, and so the partition, again."""
    PausingStore(tmp_path, rounds=0).stage(REMOVED)
    store = KilledBeforeStore(tmp_path, "delete lines/month=3/")
    registered: list[str] = []
    with pytest.raises(KilledError):
        publish(
            store, [change(table, OLD[table], REMOVED[table]) for table in REMOVED], RANKS, registered.extend
        )
    assert registered == ["lines", "names"]
    assert store.changes[-1] == "delete lines/month=3/part-0"
    assert not any("joined" in each for each in store.changes)


def test_failed_copy_leaves_later_ranks_unchanged(tmp_path: Path) -> None:
    PausingStore(tmp_path, rounds=0).stage(REPLACED)
    store = KilledBeforeStore(tmp_path, "copy joined/month=2/")
    changes = [change(table, OLD[table], REPLACED[table]) for table in REPLACED]
    with pytest.raises(KilledError):
        publish(store, changes, RANKS)
    assert store.read("lake", "totals/part-0") == b"old"
    publish(FolderStore(tmp_path), changes, RANKS)
    assert store.read("lake", "totals/part-0") == b"new"
