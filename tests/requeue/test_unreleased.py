"""Rejected batches and holds are listed until they are released."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from glue_jobs.ledger.ledger import BatchStatus, Ledger
from lake.model.discovery import load_domain
from requeue.unreleased import unreleased
from tests.fakes import FolderStore
from tests.requeue.command_line import CommandLine
from tests.requeue.quarantined import commit

SHOP = load_domain("ecommerce")


def test_rejected_batch_is_listed_until_it_is_released(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    ledger = Ledger(store, "processed", SHOP.name)
    commit(store, SHOP.name, "b-1")
    commit(store, SHOP.name, "b-3", status=BatchStatus.REJECTED, committed_at="2026-01-03T00:00:00+00:00")
    commit(store, SHOP.name, "b-2", status=BatchStatus.REJECTED, committed_at="2026-01-02T00:00:00+00:00")
    assert [(each.name, each.since, each.batches) for each in unreleased(SHOP, ledger.view())] == [
        ("b-2", "2026-01-02T00:00:00+00:00", ("b-2",)),
        ("b-3", "2026-01-03T00:00:00+00:00", ("b-3",)),
    ]
    ledger.release("b-2", by="test", at=datetime(2026, 1, 4, tzinfo=UTC))
    assert [each.name for each in unreleased(SHOP, ledger.view())] == ["b-3"]


def test_rejected_batch_is_released_from_the_command_line(cli: CommandLine) -> None:
    assert "b-0 does not exist" in cli.run("release", "b-0").stderr
    bad = "".join(f"{number},1,2024-03-01,-1,shop\n" for number in range(100, 120))
    cli.pipeline.drop(
        {"sales_march.csv": "sale_id,maker_id,sold_on,amount,channel\n99,1,2024-03-01,1,shop\n" + bad}
    )
    rejected = cli.pipeline.ingest()
    assert (rejected["status"], rejected["proceed"]) == ("REJECTED", False)
    cli = cli.mirrored()
    result = cli.run("release", rejected["batch_id"])
    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"{rejected['batch_id']} is released; the next execution of caudal-test-toy"
    )
    assert "was released before" in cli.run("release", rejected["batch_id"]).stdout
    assert cli.pipeline.ingest()["proceed"] is True
    note = cli.pipeline.store.read("processed", f"_ledger/toy/released/{rejected['batch_id']}.json")
    assert json.loads(note)["released_by"].startswith("arn:aws:")
