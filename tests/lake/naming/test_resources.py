"""Names of resources are unique, legal and within the limits of AWS."""

from __future__ import annotations

import re

import pytest

from lake.errors import NameTooLongError
from lake.model.discovery import domain_names
from lake.naming import BUCKET_LIMIT, BUCKETS, Names, collection_name, stream_job

NAMES = Names(env="dev", account="123456789012", region="us-east-1")


def test_bucket_names_are_legal_and_hold_account_and_region() -> None:
    names = [getattr(NAMES, f"{layer}_bucket") for layer in BUCKETS]
    assert names == list(NAMES.buckets.values())
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z0-9-]{3,63}", name)
        assert "123456789012-us-east-1" in name
    assert "curated" in NAMES.curated_bucket


@pytest.mark.parametrize("domain", domain_names())
def test_names_of_a_domain_are_legal_and_unique(domain: str) -> None:
    made = {
        NAMES.job(domain, "raw_to_processed"), NAMES.job(domain, "processed_to_curated"),
        NAMES.crawler(domain, "processed"), NAMES.state_machine(domain), NAMES.queue(domain),
        NAMES.dead_letter_queue(domain), NAMES.topic(domain), NAMES.role(domain, "state_machine"),
    }  # fmt: skip
    assert len(made) == 8
    assert all(re.fullmatch(r"caudal-dev-[a-z0-9-]+", name) for name in made)
    assert NAMES.database(domain, "gold") == f"caudal_dev_{domain}_gold"


def test_ids_of_quicksight_have_no_underscore() -> None:
    assert (
        NAMES.quicksight("cloud_provider", "revenue_by_month") == "caudal-dev-cloud-provider-revenue-by-month"
    )
    assert NAMES.dashboards_stack("cloud_provider") == "caudal-dev-cloud-provider-dashboards"


def test_name_above_the_limit_is_an_error() -> None:
    room = BUCKET_LIMIT - len("caudal--processed-123456789012-us-east-1")
    fits = Names(env="e" * room, account="123456789012", region="us-east-1")
    assert len(fits.processed_bucket) == BUCKET_LIMIT
    over = Names(env="e" * (room + 1), account="123456789012", region="us-east-1")
    with pytest.raises(
        NameTooLongError, match=r"the bucket name 'caudal-e+-processed-.* has 64 characters, the limit is 63"
    ):
        _ = over.processed_bucket


def test_error_names_the_kind_of_resource() -> None:
    with pytest.raises(NameTooLongError, match=r"the role name .* the limit is 64\. Shorten the domain's"):
        NAMES.role("d" * 50, "raw_to_processed")


def test_names_with_cdk_tokens_are_not_measured() -> None:
    tokens = Names(env="dev", account="${Token[AWS.AccountId.4]}" * 3, region="${Token[AWS.Region.8]}")
    assert tokens.raw_bucket.startswith("caudal-dev-raw-${Token[")


def test_collection_is_named_after_domain_and_mart() -> None:
    assert collection_name("shop", "sales_by_month") == "shop_sales_by_month"
    with pytest.raises(NameTooLongError, match=r"the collection name .* the limit is 48"):
        collection_name("shop", "m" * 44)


def test_stream_job_is_named_after_its_table() -> None:
    assert stream_job("usage_events") == "stream_usage_events"
    assert NAMES.job("shop", stream_job("usage_events")) == "caudal-dev-shop-stream-usage-events"
