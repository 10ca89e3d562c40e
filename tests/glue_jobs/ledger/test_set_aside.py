"""The record of the places of bronze that lack rows of withdrawn files."""

from __future__ import annotations

from pathlib import Path

import pytest

from glue_jobs.ledger.damage import DamagedEntryError
from glue_jobs.ledger.set_aside import SetAside
from lake import naming
from tests.fakes import FolderStore


def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert SetAside.read(store, "ledger", "shop") == SetAside()
    places = {("orders", "b-1"): frozenset({"x", "y"}), ("clicks", "c-2"): None}
    record = SetAside(places=places, decisions=frozenset({"w-1"}))
    record.write(store, "ledger", "shop")
    assert SetAside.read(store, "ledger", "shop") == record
    assert record.of("clicks") == {"c-2"}


@pytest.mark.parametrize("body", [b"", b"{}", b'{"places": [["orders"]], "decisions": []}'])
def test_damaged_record_is_named_with_the_way_to_restore_it(tmp_path: Path, body: bytes) -> None:
    store = FolderStore(tmp_path)
    store.write("ledger", naming.set_aside_key("shop"), body)
    with pytest.raises(DamagedEntryError, match="not a record of withdrawn rows") as error:
        SetAside.read(store, "ledger", "shop")
    assert "s3://ledger/shop/set-aside.json" in str(error.value)
