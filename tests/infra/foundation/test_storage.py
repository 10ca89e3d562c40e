"""Buckets, the lease table, and the roles that write to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.application import synthesise
from infra.foundation.config import config_for
from infra.ops.lint import ROOT
from lake.naming import BUCKETS, Names
from tests.infra.assembly import ACCOUNT, REGION, Assembly, Resource, Stack, actions, as_list


def bucket(storage: Stack, name: str) -> Resource:
    return storage.named("AWS::S3::Bucket", name)


def policy(storage: Stack, name: str) -> list[Resource]:
    template = storage.template["Resources"]
    logical_id = next(
        key for key, value in template.items() if value.get("Properties", {}).get("BucketName") == name
    )
    found = next(p for p in storage.of_type("AWS::S3::BucketPolicy") if p["Bucket"] == {"Ref": logical_id})
    statements: list[Resource] = found["PolicyDocument"]["Statement"]
    return statements


@pytest.mark.parametrize("layer", BUCKETS)
def test_buckets_are_encrypted_private_and_tls_only(storage: Stack, names: Names, layer: str) -> None:
    name = getattr(names, f"{layer}_bucket")
    properties = bucket(storage, name)
    encryption = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption[0]["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert any(
        statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Action"] == "s3:*"
        for statement in policy(storage, name)
    )


@pytest.mark.parametrize("layer", BUCKETS)
def test_unfinished_uploads_expire_in_every_bucket(storage: Stack, names: Names, layer: str) -> None:
    rules = bucket(storage, getattr(names, f"{layer}_bucket"))["LifecycleConfiguration"]["Rules"]
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)


@pytest.mark.parametrize("layer", ["raw", "ledger"])
def test_raw_and_ledger_are_versioned_and_expire_noncurrent_versions_only(
    storage: Stack, names: Names, layer: str
) -> None:
    versioned = bucket(storage, names.buckets[layer])
    assert versioned["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = versioned["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert not {"ExpirationInDays", "Prefix"} & rule.keys()


def test_no_other_bucket_is_versioned(storage: Stack, names: Names) -> None:
    versioned = [
        b["BucketName"] for b in storage.of_type("AWS::S3::Bucket") if "VersioningConfiguration" in b
    ]
    assert versioned == [names.raw_bucket, names.ledger_bucket]


def test_nobody_erases_versions_of_the_ledger_where_data_may_not_be_destroyed(
    storage: Stack, names: Names, tmp_path: Path
) -> None:
    outdir = synthesise(
        tmp_path / "cdk.out", config=config_for("prod"), root=ROOT, account=ACCOUNT, region=REGION, domains=()
    )
    prod = Names(env="prod", account=ACCOUNT, region=REGION)
    kept = policy(Assembly(outdir).stack(prod.stack("storage")), prod.ledger_bucket)
    [denial] = [statement for statement in kept if statement.get("Sid") == "NobodyErasesVersions"]
    assert (denial["Effect"], denial["Action"]) == ("Deny", "s3:DeleteObjectVersion")
    assert (denial["Principal"], denial["Resource"]) == (
        {"AWS": "*"}, f"arn:aws:s3:::{prod.ledger_bucket}/*",
    )  # fmt: skip
    # `caudal destroy --delete-data` has to empty the bucket of a disposable environment.
    assert "NobodyErasesVersions" not in str(policy(storage, names.ledger_bucket))


def test_only_raw_sends_events(storage: Stack, names: Names) -> None:
    senders = [
        b["BucketName"] for b in storage.of_type("AWS::S3::Bucket") if "NotificationConfiguration" in b
    ]
    assert senders == [names.raw_bucket]


@pytest.mark.parametrize("layer", ["processed", "curated"])
def test_only_staging_expires_in_processed_and_curated(storage: Stack, names: Names, layer: str) -> None:
    rules = bucket(storage, getattr(names, f"{layer}_bucket"))["LifecycleConfiguration"]["Rules"]
    assert [(r["Prefix"], r["ExpirationInDays"]) for r in rules if "ExpirationInDays" in r] == [
        ("_staging/", 1)
    ]


def test_query_results_expire(storage: Stack, names: Names) -> None:
    rules = bucket(storage, names.athena_bucket)["LifecycleConfiguration"]["Rules"]
    assert rules[0]["ExpirationInDays"] == 7


def test_only_the_uploader_may_write_raw(storage: Stack, names: Names) -> None:
    denied = {s["Sid"]: s for s in policy(storage, names.raw_bucket) if s.get("Sid")}
    only = denied["OnlyTheUploaderWrites"]
    assert (only["Effect"], only["Action"]) == ("Deny", "s3:PutObject")
    assert only["Condition"] == {
        "ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{names.uploader_role}"}
    }


def test_nobody_may_delete_raw_files(storage: Stack, names: Names) -> None:
    [denial] = [s for s in policy(storage, names.raw_bucket) if s.get("Sid") == "NobodyDeletes"]
    assert (denial["Effect"], denial["Principal"]) == ("Deny", {"AWS": "*"})
    assert denial["Action"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    assert denial["Resource"] == f"arn:aws:s3:::{names.raw_bucket}/*"
    assert "Condition" not in denial
    assert names.teardown_role not in str(storage.of_type("AWS::IAM::Role"))


def test_teardown_role_may_delete_where_data_is_destroyed(names: Names, tmp_path: Path) -> None:
    config = config_for("dev", delete_data=True)
    outdir = synthesise(
        tmp_path / "cdk.out", config=config, root=ROOT, account=ACCOUNT, region=REGION, domains=()
    )
    stack = Assembly(outdir).stack(names.stack("storage"))
    [denial] = [s for s in policy(stack, names.raw_bucket) if s.get("Sid") == "NobodyDeletes"]
    role = f"arn:aws:iam::{ACCOUNT}:role/{names.teardown_role}"
    assert denial["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": role}}
    granted = actions(stack.role(names.teardown_role), names.raw_bucket)
    assert granted == {"s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion"}


def test_uploader_can_neither_delete_nor_access_other_layers(storage: Stack, names: Names) -> None:
    statements = storage.role(names.uploader_role)
    assert "s3:PutObject" in actions(statements, names.raw_bucket)
    assert not any("Delete" in action for s in statements for action in as_list(s["Action"]))
    assert actions(statements, names.processed_bucket) == set()
    assert actions(statements, names.curated_bucket) == set()


def test_lease_table_is_billed_by_use_and_recoverable(storage: Stack, names: Names) -> None:
    table = storage.named("AWS::DynamoDB::Table", names.lease_table)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert "TimeToLiveSpecification" not in table


def _policies(stack: Stack) -> dict[str, set[str]]:
    """Return deletion policy → names of the buckets that have it."""
    found: dict[str, set[str]] = {}
    for each in stack.template["Resources"].values():
        if each["Type"] == "AWS::S3::Bucket":
            found.setdefault(each["DeletionPolicy"], set()).add(each["Properties"]["BucketName"])
    return found


def test_buckets_are_retained_unless_both_switches_are_on(
    dev: Assembly, names: Names, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outdir = synthesise(
        tmp_path_factory.mktemp("disposable") / "cdk.out",
        config=config_for("dev", delete_data=True),
        root=ROOT,
        account=ACCOUNT,
        region=REGION,
        domains=(),
    )
    buckets = set(names.buckets.values())
    assert _policies(dev.stack(names.stack("storage"))) == {"Retain": buckets}
    # S3 fills the bucket of access logs after it was emptied, so CloudFormation could not delete it.
    assert _policies(Assembly(outdir).stack(names.stack("storage"))) == {
        "Retain": {names.logs_bucket},
        "Delete": buckets - {names.logs_bucket},
    }


def test_steward_may_write_decisions_only(storage: Stack, names: Names) -> None:
    statements = storage.role(names.steward_role)
    written = [
        resource
        for statement in statements
        if "s3:PutObject" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]
    ledger = f"arn:aws:s3:::{names.ledger_bucket}"
    results = f"arn:aws:s3:::{names.athena_bucket}/steward-results/*"
    recorded = ("reingest", "released", "requeued", "withdrawn")
    decisions = [f"{ledger}/*/{each}/*" for each in recorded]
    assert sorted(written) == [results, *decisions, f"{ledger}/model-pointers/*"]
    assert actions(statements, names.raw_bucket) == {"s3:GetObject", "s3:ListBucket"}
    assert actions(statements, names.processed_bucket) == {"s3:GetObject", "s3:ListBucket"}
    assert actions(statements, names.ledger_bucket) == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    assert actions(statements, names.curated_bucket) == set()


def test_steward_may_start_pipelines_and_trainings_and_watch_trainings(storage: Stack, names: Names) -> None:
    states = f"arn:aws:states:{REGION}:{ACCOUNT}"
    granted = {
        (action, resource)
        for statement in storage.role(names.steward_role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if action.startswith("states:")
    }
    assert granted == {
        ("states:StartExecution", f"{states}:stateMachine:caudal-dev-*-pipeline"),
        ("states:StartExecution", f"{states}:stateMachine:caudal-dev-*-training"),
        ("states:DescribeExecution", f"{states}:execution:caudal-dev-*-training:*"),
    }


def test_steward_may_ask_quarantine_tables_only(storage: Stack, names: Names) -> None:
    statements = storage.role(names.steward_role)
    tables = {
        resource.rsplit("table/", 1)[1]
        for statement in statements
        if "glue:GetTable" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if "table/" in resource
    }
    assert tables == {"caudal_dev_*_quarantine/*"}
    assert "athena:StartQueryExecution" in actions(statements, f"workgroup/{names.steward_workgroup}")
    assert not any(str(s["Resource"]).endswith(f"workgroup/{names.workgroup}") for s in statements)
