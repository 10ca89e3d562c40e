"""The environment can be deployed again: after a failed deployment, and over what a destroyed one left."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from infra.ops.takeover import TakeoverError, delete_secret, take_over_secret
from lake.naming import Names
from localcloud.errors import DeployError
from localcloud.server import LocalCloud
from tests.infra.assembly import Assembly
from tests.infra.conftest import DOMAIN


@pytest.fixture
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def account(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """A session whose clients call the local cloud."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    return cloud.context.session()


def take_over(account: boto3.Session, serving: Assembly, names: Names) -> bool:
    return take_over_secret(
        account, outdir=serving.outdir, stack=names.stack("serving"), secret=names.serving_secret
    )


def destroy(cloud: LocalCloud, serving: Assembly) -> None:
    """Delete the stacks, domains first."""
    order = sorted(
        serving.stacks, key=lambda name: name.rsplit("-", 1)[-1] in {"storage", "athena", "serving"}
    )
    for stack in order:
        cloud.client("cloudformation").delete_stack(StackName=stack)
    assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []


def test_destroyed_environment_is_deployed_again_with_its_data_and_its_secret(
    cloud: LocalCloud, account: boto3.Session, serving: Assembly, names: Names
) -> None:
    assert not take_over(account, serving, names)
    cloud.deploy(serving.outdir)
    assert not take_over(account, serving, names)
    s3 = cloud.client("s3")
    s3.put_object(Bucket=names.curated_bucket, Key="a", Body=b"gold")
    secrets = cloud.client("secretsmanager")
    before = secrets.describe_secret(SecretId=names.serving_secret)["ARN"]

    destroy(cloud, serving)
    assert names.curated_bucket in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert cloud.client("glue").get_databases()["DatabaseList"] == []
    with pytest.raises(DeployError, match="identified by Id, which AWS assigns"):
        cloud.deploy(serving.outdir)

    assert take_over(account, serving, names)
    cloud.deploy(serving.outdir)
    assert s3.get_object(Bucket=names.curated_bucket, Key="a")["Body"].read() == b"gold"
    assert secrets.describe_secret(SecretId=names.serving_secret)["ARN"] == before
    tables = cloud.client("glue").get_tables(DatabaseName=names.database(DOMAIN, "gold"))["TableList"]
    assert tables


def test_environment_is_deployed_after_a_deployment_that_failed(
    cloud: LocalCloud, account: boto3.Session, serving: Assembly, names: Names
) -> None:
    """A role outside of the stack has the name of one of the last resources to be created."""
    iam, role = cloud.client("iam"), names.role(DOMAIN, "analyst")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    with pytest.raises(DeployError, match=f"Role with name {role} already exists"):
        cloud.deploy(serving.outdir)
    stacks = {
        s["StackName"]: s["StackStatus"] for s in cloud.client("cloudformation").describe_stacks()["Stacks"]
    }
    assert stacks[names.stack(DOMAIN)] == "ROLLBACK_COMPLETE"
    iam.delete_role(RoleName=role)
    assert not take_over(account, serving, names)
    assert names.stack(DOMAIN) in cloud.deploy(serving.outdir)


def test_secret_that_waits_for_its_deletion_is_reported(
    cloud: LocalCloud, account: boto3.Session, serving: Assembly, names: Names
) -> None:
    secrets = cloud.client("secretsmanager")
    secrets.create_secret(Name=names.serving_secret, SecretString="{}")
    secrets.delete_secret(SecretId=names.serving_secret)
    with pytest.raises(TakeoverError, match="restore-secret --secret-id"):
        take_over(account, serving, names)


def test_stack_that_was_never_created_is_replaced(
    cloud: LocalCloud, account: boto3.Session, serving: Assembly, names: Names
) -> None:
    cloud.client("secretsmanager").create_secret(Name=names.serving_secret, SecretString="{}")
    with pytest.raises(DeployError):
        cloud.deploy(serving.outdir)  # leaves the stack of the secret rolled back
    assert take_over(account, serving, names)


def test_secret_is_deleted_with_the_data_of_its_environment(
    cloud: LocalCloud, account: boto3.Session, names: Names
) -> None:
    cloud.client("secretsmanager").create_secret(Name=names.serving_secret, SecretString="{}")
    assert delete_secret(account, names.serving_secret)
    assert not delete_secret(account, names.serving_secret)
