"""The ledger says which streams have unread files, and whether a pipeline would change a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.waiting import Waiting, read_waiting
from glue_jobs.ledger.withdrawals import Decision, write_decision
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.fakes import FolderStore

PROVIDER = load_domain("cloud_provider")
[STREAM] = [table.name for table in PROVIDER.stream_tables]
AT = datetime(2026, 3, 1, tzinfo=UTC)


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


DONE: Mapping[str, Any] = {"seen": frozenset(), "needs_publication": False, "to_reread": (), "readable": ()}
"""A ledger's view with nothing to do."""


@pytest.mark.parametrize(
    ("view", "is_due", "waiting"),
    [
        ({}, True, Waiting()),
        ({"needs_publication": True}, False, Waiting(batches=True)),
        ({"to_reread": ("b-1",)}, False, Waiting(rereads=True)),
        ({"readable": ("b-1",)}, True, Waiting(models=True)),
        ({"readable": ("b-1",)}, False, Waiting()),
    ],
)
def test_what_the_pipeline_would_do_waits(
    tmp_path: Path,
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
    view: Mapping[str, Any],
    is_due: bool,
    waiting: Waiting,
) -> None:
    """Without a readable batch a promoted model changes nothing."""
    ledger = SimpleNamespace(view=lambda: SimpleNamespace(**{**DONE, **view}))
    monkeypatch.setattr("demo.waiting.S3Store", lambda _client: FolderStore(tmp_path))
    monkeypatch.setattr("demo.waiting.Ledger", lambda *_: ledger)
    monkeypatch.setattr("demo.waiting.is_any_due", lambda *_: is_due)
    found = read_waiting(None, PROVIDER, names)
    assert found == waiting
    assert bool(found) == (waiting != Waiting())


def test_decision_that_gold_does_not_follow_waits(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(tmp_path)
    monkeypatch.setattr("demo.waiting.S3Store", lambda _client: store)
    decision = Decision.of("cloud_provider/users/a.csv", withdrawn=True, why="wrong", by="ann", at=AT)
    write_decision(store, names.ledger_bucket, PROVIDER.name, decision)
    assert read_waiting(None, PROVIDER, names) == Waiting(batches=True)
