"""A bootstrap with a customer's key is noticed before anything is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.ops.assets_key import AssetsKeyError, check
from localcloud.server import LocalCloud
from tests.infra.assembly import ACCOUNT, REGION
from tests.localcloud.assembly import ROLE_ARN, role, write_assembly

ROLE = f"{ROLE_ARN}/powerless"
BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


def ask(session: boto3.Session, configured: str = "") -> list[str]:
    """Check the key and return what was reported."""
    said: list[str] = []
    check(session, account=ACCOUNT, region=REGION, configured=configured, report=said.append)
    return said


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    """A local cloud with the asset bucket and a role that may do nothing."""
    with LocalCloud(tmp_path / "home") as running:
        running.client("s3").create_bucket(Bucket=BUCKET)
        folder = write_assembly(
            tmp_path / "out", {"roles": {"Role": role("powerless", "glue.amazonaws.com")}}
        )
        running.deploy(folder)
        yield running


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
        ask(session)
    assert ask(session, key["Arn"]) == []


def test_bootstrap_without_a_customers_key_needs_nothing(session: boto3.Session) -> None:
    assert ask(session) == []
    encrypt(session)
    assert ask(session) == []


def test_credentials_that_may_not_ask_are_told_what_to_name(cloud: LocalCloud) -> None:
    reader = cloud.context.session(ROLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
        (said,) = ask(reader)
    assert "name the key with --assets-key" in said
