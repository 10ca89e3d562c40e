"""Keys of the ledger bucket, and ids of batches and compactions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from lake import naming

NINE_IN_TOKYO = datetime(2025, 8, 1, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (naming.ledger_key("shop", "b-1"), "shop/batches/b-1.json"),
        (naming.curated_key("shop", "b-1"), "shop/curated/b-1.json"),
        (naming.account_key("shop", "orders"), "shop/accounts/orders.json"),
        (naming.snapshot_key("shop"), "shop/snapshot.json.gz"),
        (naming.released_key("shop", "b-1"), "shop/released/b-1.json"),
        (naming.held_key("shop", "h-1"), "shop/held/h-1.json"),
        (naming.publishing_key("shop", "x1"), "shop/passed/x1.json"),
        (naming.requeued_prefix("shop"), "shop/requeued/"),
        (naming.requeued_key("shop", "orders", "r"), "shop/requeued/orders/r.json"),
        (naming.compaction_key("shop", "orders", "c"), "shop/compactions/orders/c.json"),
        (naming.generation_claim_key("shop", 3), "shop/generations/0003.json"),
    ],
)
def test_each_kind_of_object_has_its_own_prefix_in_the_domain(key: str, expected: str) -> None:
    assert key == expected
    assert key.startswith(naming.ledger_root("shop"))


def test_compaction_is_named_after_its_time_and_month() -> None:
    assert naming.compaction_id(NINE_IN_TOKYO, 2025, 7) == "c-20250801T000000000005-2025-07"


def test_ids_name_their_time_in_utc() -> None:
    assert naming.batch_id(NINE_IN_TOKYO) == "b-20250801T000000000005"
    assert naming.hold_id(NINE_IN_TOKYO, "events") == "h-20250801T000000000005-events"
    assert naming.skipped_batch_id(3, NINE_IN_TOKYO) == "s-0003-h20250801T000000000005"


def test_ids_of_stream_batches_begin_with_their_generation_and_sort_by_time() -> None:
    assert naming.stream_batch_id(3, 12) == "s-0003-00000012"
    assert naming.stream_batch_id(3, 12).startswith(naming.stream_batches(3))
    ids = [naming.stream_batch_id(*each) for each in ((1, 9), (1, 10), (2, 0))]
    assert ids == sorted(ids)
