"""The record of the version that gold shows."""

from __future__ import annotations

import pytest

from glue_jobs.ledger.damage import DamagedEntryError
from glue_jobs.models.published import PublishedModel, begin, finish, read_published
from lake.naming import COLD_START
from tests.fakes import FolderStore
from tests.glue_jobs.models.conftest import AT

PLACE = ("ledger", "shop", "prices")


def test_gold_is_on_the_cold_start_before_the_first_record(store: FolderStore) -> None:
    assert read_published(store, *PLACE).is_whole_on(COLD_START)


def test_publication_that_began_is_not_whole(store: FolderStore) -> None:
    begin(store, *PLACE, PublishedModel(), "m-1")
    record = read_published(store, *PLACE)
    assert (record.version, record.publishing) == (COLD_START, "m-1")
    assert not record.is_whole_on(COLD_START)
    assert not record.is_whole_on("m-1")


def test_publication_on_the_same_version_needs_no_mark(store: FolderStore) -> None:
    begin(store, *PLACE, PublishedModel(), COLD_START)
    assert list(store.list("ledger", "")) == []


def test_finished_publication_is_recorded(store: FolderStore) -> None:
    drift = {"SE": {"rows": 40, "outside": 9}}
    begin(store, *PLACE, PublishedModel(), "m-1")
    finish(store, *PLACE, version="m-1", execution="x1", at=AT, drift=drift, corrected_months=("2025-03",))
    assert read_published(store, *PLACE) == PublishedModel(
        version="m-1", execution="x1", at="2026-01-02T03:00:00+00:00", drift=drift,
        corrected_months=("2025-03",),
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"version": null}', b'{"version": "m-1", "other": 1}'])
def test_damaged_record_is_told(store: FolderStore, body: bytes) -> None:
    store.write("ledger", "published-models/shop/prices.json", body)
    with pytest.raises(DamagedEntryError, match="not a record of a published model"):
        read_published(store, *PLACE)
