"""Rejected batches and holds are listed until they are released."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from glue_jobs.ledger.ledger import Ledger
from lake.model.discovery import load_domain
from lake.naming import BatchStatus
from requeue.unreleased import unreleased
from tests.fakes import FolderStore
from tests.requeue.quarantined import commit

SHOP = load_domain("ecommerce")


def test_rejected_batch_is_listed_until_it_is_released(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    ledger = Ledger(store, "ledger", SHOP.name)
    commit(store, SHOP.name, "b-1")
    commit(store, SHOP.name, "b-3", status=BatchStatus.REJECTED, committed_at="2026-01-03T00:00:00+00:00")
    commit(store, SHOP.name, "b-2", status=BatchStatus.REJECTED, committed_at="2026-01-02T00:00:00+00:00")
    assert [(each.name, each.since, each.batches) for each in unreleased(SHOP, ledger.view())] == [
        ("b-2", "2026-01-02T00:00:00+00:00", ("b-2",)),
        ("b-3", "2026-01-03T00:00:00+00:00", ("b-3",)),
    ]
    ledger.release("b-2", by="test", at=datetime(2026, 1, 4, tzinfo=UTC))
    assert [each.name for each in unreleased(SHOP, ledger.view())] == ["b-3"]
