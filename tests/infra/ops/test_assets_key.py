"""A bootstrap with a customer's key is noticed before anything is deployed."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from infra.ops.assets_key import AssetsKeyError, check
from tests.infra.assembly import ACCOUNT, REGION

BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


def encrypt(session: boto3.Session, **default: Any) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", **default}}]
    configuration: Any = {"Rules": rules}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=configuration)


def test_key_that_is_not_configured_is_reported_with_its_option(session: boto3.Session) -> None:
    key = session.client("kms").create_key()["KeyMetadata"]
    encrypt(session, KMSMasterKeyID=key["KeyId"])
    with pytest.raises(AssetsKeyError, match=f"Deploy with --assets-key {key['Arn']}"):
        check(session, account=ACCOUNT, region=REGION, configured="")
    check(session, account=ACCOUNT, region=REGION, configured=key["Arn"])


def test_bootstrap_without_a_customers_key_needs_nothing(session: boto3.Session) -> None:
    check(session, account=ACCOUNT, region=REGION, configured="")
    encrypt(session)
    check(session, account=ACCOUNT, region=REGION, configured="")
