"""Physical names: spelled in one place, unique, within the limits of AWS."""

from __future__ import annotations

import re

import pytest

from lake import naming
from lake.errors import NameTooLongError
from lake.model.discovery import domain_names
from lake.naming import BUCKET_LIMIT, Names

NAMES = Names(env="dev", account="123456789012", region="us-east-1")

BUCKETS = (
    "raw_bucket",
    "processed_bucket",
    "curated_bucket",
    "athena_bucket",
    "artifacts_bucket",
    "logs_bucket",
)


def test_buckets_are_unique_in_the_world_and_legal() -> None:
    names = [getattr(NAMES, bucket) for bucket in BUCKETS]
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z0-9-]{3,63}", name)
        assert "123456789012-us-east-1" in name
    assert "curated" in NAMES.curated_bucket


@pytest.mark.parametrize("domain", domain_names())
def test_names_of_a_domain_are_legal(domain: str) -> None:
    made = {
        NAMES.job(domain, "raw_to_processed"), NAMES.job(domain, "processed_to_curated"),
        NAMES.crawler(domain, "processed"), NAMES.state_machine(domain), NAMES.queue(domain),
        NAMES.dead_letter_queue(domain), NAMES.topic(domain), NAMES.role(domain, "state_machine"),
    }  # fmt: skip
    assert len(made) == 8
    assert all(re.fullmatch(r"caudal-dev-[a-z0-9-]+", name) for name in made)
    assert NAMES.database(domain, "gold") == f"caudal_dev_{domain}_gold"


def test_a_name_at_the_limit_passes_and_one_above_is_told() -> None:
    room = BUCKET_LIMIT - len("caudal--processed-123456789012-us-east-1")
    fits = Names(env="e" * room, account="123456789012", region="us-east-1")
    assert len(fits.processed_bucket) == BUCKET_LIMIT
    over = Names(env="e" * (room + 1), account="123456789012", region="us-east-1")
    with pytest.raises(
        NameTooLongError, match=r"the bucket name 'caudal-e+-processed-.* has 64 characters, the limit is 63"
    ):
        _ = over.processed_bucket


def test_a_long_domain_fails_with_the_kind_of_name() -> None:
    with pytest.raises(NameTooLongError, match=r"the role name .* the limit is 64\. Shorten the domain's"):
        NAMES.role("d" * 50, "raw_to_processed")


def test_tokens_of_the_cdk_count_as_short() -> None:
    tokens = Names(env="dev", account="${Token[AWS.AccountId.4]}" * 3, region="${Token[AWS.Region.8]}")
    assert tokens.raw_bucket.startswith("caudal-dev-raw-${Token[")


def test_a_raw_key_holds_table_content_and_path() -> None:
    key = naming.raw_key("shop", "orders", "0123456789abcdef", "month=11/orders 1.csv")
    assert key == "shop/orders/0123456789ab/month=11/orders 1.csv"
    assert key.startswith(naming.raw_content_prefix("shop", "orders", "0123456789abcdef"))
    assert key.startswith(naming.raw_prefix("shop", "orders"))
    assert key.startswith(naming.raw_prefix("shop"))


def test_layers_lie_below_their_prefixes() -> None:
    assert naming.layer_prefix("bronze", "shop", "orders") == "bronze/shop/orders/"
    assert naming.layer_prefix("gold", "shop", "sales") == "shop/sales/"
    assert naming.batch_prefix("quarantine", "shop", "orders", "b-1") == "quarantine/shop/orders/batch=b-1/"
    assert naming.month_partition(2025, 1) == "year=2025/month=1/"
    assert naming.year_partition(2025) == "year=2025/"


def test_the_ledger_keeps_batches_marks_and_accounts_apart() -> None:
    assert naming.ledger_key("shop", "b-1") == "_ledger/shop/batches/b-1.json"
    assert naming.curated_key("shop", "b-1") == "_ledger/shop/curated/b-1.json"
    assert naming.account_key("shop", "orders") == "_ledger/shop/accounts/orders.json"
    keys = [naming.ledger_key("shop", "b"), naming.curated_key("shop", "b"), naming.account_key("shop", "o")]
    assert all(key.startswith(naming.ledger_root("shop")) for key in keys)


def test_runs_and_staging_belong_to_an_execution() -> None:
    assert naming.run_key("shop", "x1", "job") == "_runs/shop/x1/job.json"
    assert naming.run_detail_key("shop", "x1", "job") == "_runs/shop/x1/job-detail.json"
    assert naming.staging_prefix("shop", "x1") == "_staging/shop/x1/"
