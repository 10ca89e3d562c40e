"""Raw files of a stream are found, counted and examined."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ingest.reading import as_uri
from glue_jobs.ledger.ledger import version_of
from glue_jobs.streaming.files import RawFiles
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import raw_prefix
from tests.fakes import FolderStore

DOMAIN = load_domain("cloud_provider")
EVENTS = DOMAIN.table("usage_events")
PREFIX = raw_prefix(DOMAIN.name, EVENTS.name)


def raw_files(root: Path, **sizes: int) -> RawFiles:
    store = FolderStore(root)
    for name, size in sizes.items():
        store.write("raw", f"{PREFIX}{name}.jsonl", b"x" * size)
    return RawFiles(store, "raw", DOMAIN, EVENTS)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, 1000),
        ({"a": 10, "b": 10}, 10),
        ({"a": 100, "b": 100, "c": 100}, 1),
        ({"a": 1_000}, 1),
        ({"a": 0}, 100),
    ],
)
def test_micro_batch_has_as_many_files_as_its_bytes_allow(
    tmp_path: Path, sizes: dict[str, int], expected: int
) -> None:
    assert raw_files(tmp_path, **sizes).files_per_batch(1000, 100, seen=()) == expected


def test_micro_batch_has_at_most_the_given_number_of_files(tmp_path: Path) -> None:
    assert raw_files(tmp_path, a=1).files_per_batch(7, 100, seen=()) == 7


def test_sizes_of_ingested_files_count_only_if_no_file_is_new(tmp_path: Path) -> None:
    found = raw_files(tmp_path, old=10, new=50)
    listed = {(item.key, version_of(item)) for item in FolderStore(tmp_path).list("raw", PREFIX)}
    (old,) = (each for each in listed if "old" in each[0])
    assert found.files_per_batch(1000, 100, seen={old}) == 2
    assert found.files_per_batch(1000, 100, seen=listed) == 3


def test_raw_file_is_found_by_the_path_that_spark_reports(tmp_path: Path) -> None:
    found = raw_files(tmp_path, a=3, b=4)
    path = as_uri(FolderStore(tmp_path).url("raw", f"{PREFIX}b.jsonl"))
    assert [(item.key, item.size) for item in found.find([path])] == [(f"{PREFIX}b.jsonl", 4)]


def test_raw_file_that_no_longer_exists_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(CaudalError, match="1 raw files of the stream's checkpoint no longer exist"):
        raw_files(tmp_path, a=3).find(["file:/raw/gone.jsonl"])


def test_empty_and_hidden_files_are_those_that_spark_skips(tmp_path: Path) -> None:
    found = raw_files(tmp_path, a=3, empty=0, _hidden=3).skipped(frozenset())
    assert [item.key.removeprefix(PREFIX) for item in found] == ["_hidden.jsonl", "empty.jsonl"]


def test_spark_skips_a_new_version_of_a_file_too(tmp_path: Path) -> None:
    found = raw_files(tmp_path, a=3, b=3).skipped({(f"{PREFIX}b.jsonl", "earlier")})
    assert [item.key.removeprefix(PREFIX) for item in found] == ["b.jsonl"]


def test_hidden_and_misnamed_files_are_rejected_whole(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    key = f"{PREFIX}0123456789ab/usage_events/"
    for name, body in (("a.jsonl", b"{}\n"), ("_hidden.jsonl", b"{}\n"), ("plain.jsonl.gz", b"{}\n")):
        store.write("raw", f"{key}{name}", body)
    landing = RawFiles(store, "raw", DOMAIN, EVENTS).examine(list(store.list("raw", PREFIX)))
    assert [file.key for file in landing.files] == [f"{key}a.jsonl"]
    assert {entry.key.removeprefix(key) for entry in landing.rejected} == {"_hidden.jsonl", "plain.jsonl.gz"}


def test_stream_has_files_as_soon_as_one_is_uploaded(tmp_path: Path) -> None:
    assert not raw_files(tmp_path).has_files()
    assert raw_files(tmp_path, a=1).has_files()
