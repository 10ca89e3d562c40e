"""Raw files that the ledger does not name are unread."""

from __future__ import annotations

from pathlib import Path

from glue_jobs.ledger.entries import Batch, FileEntry, version_of
from glue_jobs.ledger.unread import unread_files
from glue_jobs.ledger.view import LedgerView
from tests.fakes import FolderStore


def test_files_that_the_ledger_names_in_this_version_are_read(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    for name, content in (("a", b"x"), ("b", b"x"), ("c", b"x"), ("empty", b"")):
        store.write("raw", f"shop/orders/{name}.csv", content)
    a, b, *_ = store.list("raw", "shop/")
    entries = tuple(
        FileEntry(key=key, version=version, table="orders", size=1, sha256="", rank="", status="ingested")
        for key, version in ((a.key, version_of(a)), (b.key, "of before"))
    )
    batch = Batch(
        batch_id="b-1", domain="shop", execution="x", status="committed", committed_at="",
        files=entries, tables=("orders",), rules=1,
    )  # fmt: skip
    view = LedgerView(batches=(batch,), curated=frozenset())
    assert unread_files(store, "raw", "shop", view) == ["orders/b.csv", "orders/c.csv"]
