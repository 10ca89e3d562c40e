"""Deploy and destroy: questions, CDK commands, and what happens to data."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.foundation.config import config_for
from infra.ops.deploy import (
    CDK,
    DELETE_FAILED,
    NOT_CREATED,
    DeployError,
    deploy,
    destroy,
    identity,
)
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION
from tests.infra.ops.console import (
    NAMES,
    Console,
    answer_about_stacks,
    bootstrap,
    create_stack,
    target,
)

STORAGE = NAMES.stack("storage")
GROUP = "arn:aws:quicksight:us-east-1:123456789012:group/default/analysts"


def test_deploy_shows_costs_before_it_asks(session: boto3.Session) -> None:
    bootstrap(session)
    console = Console()
    deploy(target(session, console))
    estimates = [line for line in console.said if "A month at rest" in line]
    assert console.said.index(estimates[0]) < console.said.index("Deploy?")
    assert console.commands[0][:4] == ["npx", "--yes", CDK, "deploy"]
    assert "--all" in console.commands[0]


def test_account_is_bootstrapped_before_the_first_deployment(session: boto3.Session) -> None:
    console = Console()
    deploy(target(session, console))
    assert console.words == ["bootstrap", "deploy"]
    assert f"aws://{ACCOUNT}/{REGION}" in console.commands[0]


def test_declined_deployment_changes_nothing(session: boto3.Session) -> None:
    bootstrap(session)
    console = Console(answer=False)
    with pytest.raises(DeployError, match="nothing was changed"):
        deploy(target(session, console))
    assert console.commands == []


def test_failed_cdk_command_is_reported(session: boto3.Session) -> None:
    bootstrap(session)
    with pytest.raises(DeployError, match=r"deploy .* failed"):
        deploy(target(session, Console(fails="deploy")))


def test_only_failures_since_the_command_began_are_asked_for(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap(session)
    asked: list[datetime] = []

    def none(*_: object, since: datetime) -> list[object]:
        asked.append(since)
        return []

    monkeypatch.setattr("infra.ops.deploy.failures", none)
    began = datetime.now(UTC)
    with pytest.raises(DeployError, match=r"deploy .* failed\.") as raised:
        deploy(target(session, Console(fails="deploy")))
    assert asked[0] >= began
    assert str(raised.value.hint).startswith("Its message is above.")


def test_destroy_keeps_data_by_default(session: boto3.Session) -> None:
    bucket = Names(env="dev", account=ACCOUNT, region=REGION).raw_bucket
    s3 = session.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")
    console = Console()
    destroy(target(session, console))
    assert console.words == ["destroy", "destroy"]
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 1


def fill_buckets(session: boto3.Session) -> None:
    """Create every bucket, versioned, with two versions of an object."""
    s3 = session.client("s3")
    for bucket in NAMES.buckets.values():
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for body in (b"a", b"b"):
            s3.put_object(Bucket=bucket, Key="a", Body=body)


def test_destroy_deletes_data_with_both_switches(session: boto3.Session) -> None:
    s3, secrets = session.client("s3"), session.client("secretsmanager")
    fill_buckets(session)
    create_stack(session, STORAGE, "UPDATE_COMPLETE")
    secrets.create_secret(Name=NAMES.serving_secret, SecretString="{}")
    console = Console()
    destroy(target(session, console, delete_data=True))
    assert s3.list_buckets()["Buckets"] == []
    assert secrets.list_secrets()["SecretList"] == []
    # The stack gets the role that may delete, and goes with it.
    assert console.words == ["destroy", "deploy", "destroy"]
    assert all(STORAGE in command for command in console.commands[1:])


@pytest.mark.parametrize("status", [*sorted(NOT_CREATED), DELETE_FAILED])
def test_stack_that_cannot_be_deployed_is_not_deployed_before_its_data_is_deleted(
    session: boto3.Session, status: str
) -> None:
    s3 = session.client("s3")
    fill_buckets(session)
    create_stack(session, STORAGE, status)
    console = Console()
    destroy(target(session, console, delete_data=True))
    assert console.words == ["destroy", "destroy"]
    assert s3.list_buckets()["Buckets"] == []


def test_data_of_a_stack_that_has_gone_is_deleted_without_a_deployment(session: boto3.Session) -> None:
    fill_buckets(session)
    console = Console()
    destroy(target(session, console, delete_data=True))
    assert console.words == ["destroy", "destroy"]
    assert session.client("s3").list_buckets()["Buckets"] == []


def test_denied_question_about_the_stack_is_raised(session: boto3.Session) -> None:
    """Not to be told whether the stack exists does not mean that it has gone."""
    fill_buckets(session)
    body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    answer_about_stacks(session, STORAGE, 403, body)
    with pytest.raises(ClientError, match="AccessDenied"):
        destroy(target(session, Console(), delete_data=True))
    assert len(session.client("s3").list_buckets()["Buckets"]) == len(NAMES.buckets)


def test_data_of_prod_cannot_be_deleted(session: boto3.Session) -> None:
    console = Console()
    with pytest.raises(DeployError, match="two switches"):
        destroy(target(session, console, "prod", delete_data=True))
    assert console.commands == []


@pytest.mark.parametrize("answer", [True, False], ids=["confirmed", "declined"])
@pytest.mark.parametrize("fails", ["", "deploy", "destroy"])
def test_no_temporary_folder_is_left(
    session: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bool, fails: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bootstrap(session)
    for action in (deploy, destroy):
        with contextlib.suppress(DeployError):
            action(target(session, Console(answer=answer, fails=fails)))
    assert list(tmp_path.iterdir()) == []


def test_stacks_of_dashboards_are_removed_with_those_of_their_domains(session: boto3.Session) -> None:
    plain = target(session, Console())
    switched = replace(plain, config=config_for("dev", quicksight=GROUP))
    assert not any(name.endswith("-dashboards") for name in plain.stacks())
    assert switched.stacks()[:4] == [
        "caudal-dev-cloud-provider-dashboards",
        "caudal-dev-ecommerce-dashboards",
        "caudal-dev-cloud-provider",
        "caudal-dev-ecommerce",
    ]


def test_storage_stack_is_removed_last(session: boto3.Session) -> None:
    console = Console()
    destroy(target(session, console))
    assert "caudal-dev-storage" not in console.commands[0]
    assert "caudal-dev-storage" in console.commands[1]


def test_missing_region_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    with pytest.raises(DeployError, match="--region"):
        identity(boto3.Session(aws_access_key_id="test", aws_secret_access_key="test"))
