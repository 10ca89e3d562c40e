"""An environment is deployed and destroyed on the local endpoint, whose CloudFormation has real stacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra.foundation.config import Config, config_for
from infra.ops.deploy import Target, deploy, destroy
from lake.naming import raw_prefix
from localcloud.cloudformation import stacks
from localcloud.cloudformation.assembly import read_stacks
from localcloud.server import LocalCloud
from tests.infra.assembly import ACCOUNT, REGION


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path / "home") as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        for name, value in running.context.credentials().items():
            monkeypatch.setenv(name.upper(), str(value))
        yield running


def run_cdk(cloud: LocalCloud, command: Sequence[str]) -> int:
    """Do what a command of the CDK CLI does, with the stacks of its assembly: missing ones are created."""
    words = list(command[3:])
    if words[0] == "bootstrap":
        return 0
    outdir = Path(words[words.index("--app") + 1])
    if "--all" in words:
        cloud.deploy(outdir)
        return 0
    named = words[1 : words.index("--exclusively")]
    if words[0] == "destroy":
        for name in named:
            cloud.client("cloudformation").delete_stack(StackName=name)
        return int(any(stacks.find(cloud.context, name) for name in named))
    for stack in read_stacks(outdir):
        existing = stacks.find(cloud.context, stack.name)
        if stack.name not in named:
            continue
        if existing is None:
            stacks.create(cloud.context, stack.name, stack.template, import_existing=True)
        else:
            stacks.update(cloud.context, existing, stack.template, import_existing=True)
    return 0


def target(
    cloud: LocalCloud, config: Config, run: Callable[[LocalCloud, Sequence[str]], int] = run_cdk
) -> Target:
    return Target(
        config=config,
        session=cloud.context.session(),
        account=ACCOUNT,
        region=REGION,
        run=lambda command: run(cloud, command),
        confirm=lambda question: True,
        report=lambda line: None,
    )


def put(cloud: LocalCloud, deployed: Target) -> str:
    """Put an object into the raw bucket, as the uploader, which alone may, and return its key."""
    names = deployed.names
    role = f"arn:aws:iam::{ACCOUNT}:role/{names.uploader_role}"
    key = f"{raw_prefix('ecommerce', 'customers')}a.csv"
    cloud.client("s3", role).put_object(Bucket=names.raw_bucket, Key=key, Body=b"a")
    return key


def buckets_of(cloud: LocalCloud, deployed: Target) -> set[str]:
    """Return the buckets of the environment that exist."""
    found = {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}
    return found & set(deployed.names.buckets.values())


def test_environment_with_switches_leaves_nothing_when_it_is_destroyed_with_its_data(
    cloud: LocalCloud,
) -> None:
    switches: dict[str, Any] = {"encrypted_logs": True, "crawl": "never"}
    deployed = target(cloud, config_for("dev", **switches))
    deploy(deployed)
    s3, names = cloud.client("s3"), deployed.names
    put(cloud, deployed)
    s3.put_object(Bucket=names.curated_bucket, Key="a", Body=b"a")
    glue = cloud.client("glue")
    assert glue.get_security_configurations()["SecurityConfigurations"]

    destroy(target(cloud, config_for("dev", delete_data=True, **switches)))

    assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []
    assert buckets_of(cloud, deployed) == set()
    assert glue.get_databases()["DatabaseList"] == []
    assert glue.get_security_configurations()["SecurityConfigurations"] == []
    assert cloud.client("lambda").list_functions()["Functions"] == []


def test_environment_that_is_destroyed_keeps_its_data(cloud: LocalCloud) -> None:
    config = config_for("dev")
    deployed = target(cloud, config)
    deploy(deployed)
    s3, key = cloud.client("s3"), put(cloud, deployed)

    destroy(deployed)

    assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []
    assert s3.get_object(Bucket=deployed.names.raw_bucket, Key=key)["Body"].read() == b"a"


def test_data_that_was_kept_can_be_deleted_later(cloud: LocalCloud) -> None:
    deployed = target(cloud, config_for("dev"))
    deploy(deployed)
    put(cloud, deployed)
    destroy(deployed)
    assert buckets_of(cloud, deployed) == set(deployed.names.buckets.values())

    destroy(target(cloud, config_for("dev", delete_data=True)))

    assert buckets_of(cloud, deployed) == set()


def test_access_logs_that_are_delivered_late_do_not_stop_the_deletion(cloud: LocalCloud) -> None:
    deployed = target(cloud, config_for("dev"))
    deploy(deployed)
    names, s3 = deployed.names, cloud.client("s3")

    def run(cloud: LocalCloud, command: Sequence[str]) -> int:
        """Let S3 deliver a log after the buckets were emptied, right before their stack goes."""
        if command[3] == "destroy" and names.stack("storage") in command:
            s3.put_object(Bucket=names.logs_bucket, Key="raw/2026-01-01-00-00-00-A", Body=b"log")
        return run_cdk(cloud, command)

    destroy(target(cloud, config_for("dev", delete_data=True), run))

    assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []
    assert buckets_of(cloud, deployed) == set()


def test_data_of_a_stack_whose_deletion_failed_is_deleted_in_spite_of_its_policy(cloud: LocalCloud) -> None:
    """The stack has no role that may delete raw files, and cannot be given one any more."""
    deployed = target(cloud, config_for("dev"))
    deploy(deployed)
    put(cloud, deployed)
    storage = stacks.find(cloud.context, deployed.names.stack("storage"))
    assert storage is not None
    storage.status = "DELETE_FAILED"

    destroy(target(cloud, config_for("dev", delete_data=True)))

    assert cloud.client("cloudformation").describe_stacks()["Stacks"] == []
    assert buckets_of(cloud, deployed) == set()
