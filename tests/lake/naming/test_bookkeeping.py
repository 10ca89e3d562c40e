"""Keys of the ledger, run summaries, checkpoints and unpublished partitions."""

from __future__ import annotations

import pytest

from lake import naming


def test_ledger_separates_batches_curated_batches_and_accounts() -> None:
    assert naming.ledger_key("shop", "b-1") == "_ledger/shop/batches/b-1.json"
    assert naming.curated_key("shop", "b-1") == "_ledger/shop/curated/b-1.json"
    assert naming.account_key("shop", "orders") == "_ledger/shop/accounts/orders.json"
    keys = [naming.ledger_key("shop", "b"), naming.curated_key("shop", "b"), naming.account_key("shop", "o")]
    assert all(key.startswith(naming.ledger_root("shop")) for key in keys)


def test_run_summaries_belong_to_an_execution() -> None:
    assert naming.run_key("shop", "x1", "job") == "_runs/shop/x1/job.json"
    assert naming.run_detail_key("shop", "x1", "job") == "_runs/shop/x1/job-detail.json"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (naming.snapshot_key("shop"), "_ledger/shop/snapshot.json.gz"),
        (naming.released_key("shop", "b-1"), "_ledger/shop/released/b-1.json"),
        (naming.held_key("shop", "h-1"), "_ledger/shop/held/h-1.json"),
        (naming.publishing_key("shop", "x1"), "_ledger/shop/passed/x1.json"),
        (naming.requeued_prefix("shop"), "_ledger/shop/requeued/"),
        (naming.requeued_key("shop", "orders", "r"), "_ledger/shop/requeued/orders/r.json"),
        (naming.compaction_key("shop", "orders", "c"), "_ledger/shop/compactions/orders/c.json"),
        (naming.unpublished_key("shop", "sales", "x1"), "_serving/shop/sales/x1.json"),
        (naming.quality_log_key("shop", "b-1"), "shop/quality_by_run/b-1.parquet"),
    ],
)
def test_each_kind_of_object_has_its_own_prefix(key: str, expected: str) -> None:
    assert key == expected


def test_compaction_is_named_after_its_time_and_month() -> None:
    assert naming.compaction_id("20250801T101500", 2025, 7) == "c-20250801T101500-2025-07"


def test_generation_has_its_own_checkpoints_and_batch_ids() -> None:
    assert naming.generation_key("shop", "events") == "_checkpoints/shop/events/generation.json"
    assert naming.generation_prefix("shop", "events", 3) == "_checkpoints/shop/events/0003/"
    assert naming.generation_claim_key("shop", 3) == "_ledger/shop/generations/0003.json"
    assert naming.stop_key("shop", "events") == "_checkpoints/shop/events/stop"
    assert naming.stream_batch_id(3, 12) == "s-0003-00000012"
    assert naming.stream_batch_id(3, 12).startswith(naming.stream_batches(3))


def test_ids_of_stream_batches_sort_by_time() -> None:
    ids = [naming.stream_batch_id(*each) for each in ((1, 9), (1, 10), (2, 0))]
    assert ids == sorted(ids)
