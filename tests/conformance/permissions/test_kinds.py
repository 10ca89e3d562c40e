"""Names of domains and tables are recognised wherever resources have them."""

from __future__ import annotations

import pytest

from conformance.permissions.calls import Call
from conformance.permissions.grants import Grant
from conformance.permissions.kinds import Kinds
from lake.model.discovery import load_domain

KINDS = Kinds([load_domain("ecommerce"), load_domain("cloud_provider")])


@pytest.mark.parametrize(
    ("role", "resource", "expected"),
    [
        (
            "caudal-dev-cloud-provider-stream-usage-events",
            "arn:aws:s3:::b/bronze/cloud_provider/usage_events/*",
            ("caudal-dev-<domain>-stream-<table>", "arn:aws:s3:::b/bronze/<domain>/<table>/*"),
        ),
        (
            "caudal-dev-ecommerce-curated-crawler",
            "arn:aws:glue:r:1:table/caudal_dev_ecommerce_gold/orders",
            (
                "caudal-dev-<domain>-curated-crawler",
                "arn:aws:glue:r:1:table/caudal_dev_<domain>_gold/<table>",
            ),
        ),
        (
            "caudal-dev-cloud-provider-start-stream-usage-events",
            "arn:aws:glue:r:1:job/caudal-dev-cloud-provider-stream-usage-events",
            (
                "caudal-dev-<domain>-start-stream-<table>",
                "arn:aws:glue:r:1:job/caudal-dev-<domain>-stream-<table>",
            ),
        ),
        (
            "caudal-dev-ecommerce-pipe",
            "arn:aws:s3:::ledger/cloud_provider/compactions/usage_events/*",
            ("caudal-dev-<domain>-pipe", "arn:aws:s3:::ledger/<domain>/compactions/<table>/*"),
        ),
        (
            "caudal-dev-cloud-provider-train-anomaly-model",
            "arn:aws:s3:::ledger/model-pointers/cloud_provider/cost_anomaly.json",
            (
                "caudal-dev-<domain>-train-anomaly-model",
                "arn:aws:s3:::ledger/model-pointers/<domain>/<model>.json",
            ),
        ),
        (
            "caudal-dev-cloud-provider-processed-to-curated",
            "arn:aws:s3:::ledger/published-models/cloud_provider/cost_anomaly.json",
            (
                "caudal-dev-<domain>-processed-to-curated",
                "arn:aws:s3:::ledger/published-models/<domain>/<model>.json",
            ),
        ),
        (
            "caudal-dev-steward",
            "arn:aws:s3:::ledger/*/released/*",
            ("caudal-dev-steward", "arn:aws:s3:::ledger/*/released/*"),
        ),
    ],
)
def test_grant_is_of_its_kind(role: str, resource: str, expected: tuple[str, str]) -> None:
    kind = KINDS.of(Grant(role, "s3:X", resource))
    assert (kind.role, kind.resource) == expected


def test_prefixes_are_part_of_the_kind() -> None:
    grant = Grant("r", "s3:ListBucket", "arn:aws:s3:::b", (("s3:prefix", "silver/ecommerce/*"),))
    assert str(KINDS.of(grant)) == "r s3:ListBucket arn:aws:s3:::b s3:prefix=silver/<domain>/*"


def test_calls_of_one_kind_are_represented_by_the_first() -> None:
    first, second = (
        Call(f"caudal-dev-{role}-job", "s3:ListBucket", "arn:aws:s3:::b", (("s3:prefix", f"gold/{name}/~"),))
        for role, name in (("cloud-provider", "cloud_provider"), ("ecommerce", "ecommerce"))
    )
    other = Call("caudal-dev-ecommerce-job", "s3:ListBucket", "arn:aws:s3:::b")
    assert KINDS.of_call(second).keys == (("s3:prefix", "gold/<domain>/~"),)
    assert KINDS.one_of_each([second, other, first]) == {first, other}
