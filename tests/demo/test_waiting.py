"""The ledger says which streams have unread files, whether tables have some, and whether batches wait."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.waiting import Waiting, read_waiting
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.fakes import FolderStore

PROVIDER = load_domain("cloud_provider")
[STREAM] = [table.name for table in PROVIDER.stream_tables]


@pytest.mark.parametrize(
    ("files", "waiting"),
    [
        ((), Waiting()),
        ((f"{STREAM}/a.jsonl", f"{STREAM}/b.jsonl"), Waiting(streams=frozenset({STREAM}))),
        (("users/a.csv",), Waiting(drops=True)),
        (("users/a.csv", f"{STREAM}/a.jsonl"), Waiting(streams=frozenset({STREAM}), drops=True)),
    ],
)
def test_unread_files_wait(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch, files: tuple[str, ...], waiting: Waiting
) -> None:
    store = FolderStore(tmp_path)
    for file in files:
        store.write(names.raw_bucket, f"cloud_provider/{file}", b"x")
    monkeypatch.setattr("demo.waiting.S3Store", lambda _client: store)
    found = read_waiting(None, PROVIDER, names)
    assert found == waiting
    assert bool(found) == bool(files)


def test_batches_that_are_not_published_wait(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = SimpleNamespace(view=lambda: SimpleNamespace(seen=frozenset(), needs_publication=True))
    monkeypatch.setattr("demo.waiting.S3Store", lambda _client: FolderStore(tmp_path))
    monkeypatch.setattr("demo.waiting.Ledger", lambda *_: ledger)
    assert read_waiting(None, PROVIDER, names) == Waiting(batches=True)
