"""The role that deletes all data exists only meanwhile, so its calls are made here and not in the corpus."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.permissions.corpus import reduced_calls
from infra.application import synthesise
from infra.foundation.config import config_for
from infra.ops.lint import ROOT
from infra.ops.teardown import empty_bucket
from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from tests.conformance.permissions.conftest import ROLE, Policy
from tests.infra.assembly import Assembly

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)
ARNS = [f"arn:aws:s3:::{bucket}" for bucket in NAMES.buckets.values()]

ALWAYS = "s3:DeleteObject"
"""S3 documents that DeleteObjects always needs it, also for versions; the local S3 asks for
DeleteObjectVersion: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html."""


def test_teardown_needs_each_of_its_grants(
    cloud: LocalCloud, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every bucket holds an object, raw with an older version and a deleted one."""
    config = config_for("dev", delete_data=True)
    outdir = synthesise(
        tmp_path / "cdk.out", config=config, root=ROOT, account=ACCOUNT, region=REGION, domains=()
    )
    privileges = policy(*Assembly(outdir).stack(NAMES.stack("storage")).role(NAMES.teardown_role))
    s3 = cloud.client("s3")
    for bucket in NAMES.buckets.values():
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.put_bucket_versioning(Bucket=NAMES.raw_bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=NAMES.raw_bucket, Key="a", Body=b"2")
    s3.delete_object(Bucket=NAMES.raw_bucket, Key="a")

    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    session = cloud.context.session(f"arn:aws:iam::{ACCOUNT}:role/{ROLE}")
    assert sum(empty_bucket(session, bucket) for bucket in NAMES.buckets.values()) == len(NAMES.buckets) + 2

    calls = reduced_calls(cloud.context.state_dir / "iam-calls.jsonl", privileges)
    made = {call for call in calls if call.role == ROLE and call.allowed}
    unneeded = set(privileges.grants()) - privileges.needed(made)
    assert sorted(map(str, unneeded)) == sorted(f"{ROLE} {ALWAYS} {arn}/*" for arn in ARNS)
