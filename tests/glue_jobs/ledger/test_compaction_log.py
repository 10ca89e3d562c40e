"""Compactions decide which bronze files readers see."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ledger.compaction_log import BronzeFile, Compaction, Compactions, bronze_files, commit
from glue_jobs.runtime.months import Month
from lake import naming
from lake.errors import CaudalError
from tests.fakes import FolderStore

JUNE, JULY = Month(2025, 6), Month(2025, 7)


def file(place: str, month: Month | None = JUNE) -> BronzeFile:
    return BronzeFile(key=f"{place}/{month}", place=place, month=month, size=1)


def compaction(compaction_id: str, *replaced: str) -> Compaction:
    return Compaction(
        compaction_id=compaction_id, table="readings", year=2025, month=6, replaced=replaced, rows=2,
        execution="x",
    )  # fmt: skip


def test_files_of_bronze_are_listed_with_place_and_month(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    prefix = naming.layer_prefix("bronze", "meters", "readings")
    for name in ("batch=s-1/year=2025/month=6/a.parquet", "batch=b-1/b.parquet", "batch=s-1/_SUCCESS"):
        store.write("processed", prefix + name, b"xy")
    store.write("processed", f"{prefix}batch=s-2/_staged/rejected=false/c.parquet", b"xy")
    assert bronze_files(store, "processed", prefix) == [
        BronzeFile(key=f"{prefix}batch=b-1/b.parquet", place="b-1", month=None, size=2),
        BronzeFile(key=f"{prefix}batch=s-1/year=2025/month=6/a.parquet", place="s-1", month=JUNE, size=2),
    ]


def test_readers_see_merged_files_instead_of_those_that_they_replace() -> None:
    """Files of another month, and files that are not committed, are as before."""
    known = Compactions((compaction("c-1", "s-1", "s-2"),))
    files = [file("s-1"), file("s-1", JULY), file("s-2"), file("s-3"), file("s-4"), file("c-1"), file("c-2")]
    assert known.visible(files, {"s-1", "s-2", "s-3"}) == [
        file("s-1", JULY), file("s-3"), file("c-1"),
    ]  # fmt: skip


def test_later_compaction_replaces_the_batches_of_earlier_ones() -> None:
    first = compaction("c-1", "s-1", "s-2")
    assert Compactions((first,)).lineage(["c-1", "s-3"]) == ("c-1", "s-1", "s-2", "s-3")
    known = Compactions((first, compaction("c-2", "c-1", "s-1", "s-2", "s-3")))
    assert known.superseded == [first]
    assert known.visible([file("c-1"), file("c-2"), file("s-1")], {"s-1"}) == [file("c-2")]


def test_compaction_is_read_as_committed_and_cannot_be_committed_twice(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    entry = compaction("c-1", "s-1")
    commit(store, "ledger", "meters", entry)
    assert Compactions.read(store, "ledger", "meters", "readings").entries == (entry,)
    assert Compactions.read(store, "ledger", "meters", "alerts").entries == ()
    commit(store, "ledger", "meters", entry)  # the same run, which did not learn that it had succeeded
    with pytest.raises(CaudalError, match="compaction c-1 is committed already"):
        commit(store, "ledger", "meters", compaction("c-1", "s-2"))


def test_error_of_a_damaged_compaction_names_its_key() -> None:
    with pytest.raises(CaudalError, match=r"^s3://ledger/key: the object is not a compaction \("):
        Compaction.from_json(b"{}", "ledger", "key")
