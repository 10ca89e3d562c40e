"""The stack of the relational copy outlives the switch: it is told, and it goes with the environment."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.foundation.config import LOCAL, config_for
from infra.ops.costs.relational import switched_on
from infra.ops.deploy import deploy, destroy
from infra.ops.stacks.copy_stack import is_left, warning
from lake.naming.relational import loaded_key
from tests.infra.ops.console import NAMES, Console, answer_about_stacks, bootstrap, create_stack, target

COPY = NAMES.stack("relational")


def test_a_stack_that_is_left_is_told_with_its_price_and_the_command_that_removes_it(
    session: boto3.Session,
) -> None:
    bootstrap(session)
    create_stack(session, COPY, "UPDATE_COMPLETE")
    console = Console()
    deploy(target(session, console))
    [told] = [line for line in console.said if COPY in line]
    assert f"stays, and costs ${switched_on():.2f} a month at rest" in told
    assert f"aws cloudformation delete-stack --stack-name {COPY} --region us-east-1" in told
    assert console.said.index(told) < console.said.index("Deploy?")


def test_protections_are_named_where_there_are_some() -> None:
    assert "protections" not in warning(NAMES, config_for("dev"))
    assert "after lifting its protections (docs/deploy.md)" in warning(NAMES, config_for("prod"))


def test_without_the_stack_nothing_is_told(session: boto3.Session) -> None:
    bootstrap(session)
    console = Console()
    deploy(target(session, console))
    assert not [line for line in console.said if COPY in line]
    assert not is_left(session, NAMES)


def test_a_denied_question_is_raised(session: boto3.Session) -> None:
    body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    answer_about_stacks(session, COPY, 403, body)
    with pytest.raises(ClientError, match="AccessDenied"):
        is_left(session, NAMES)


def test_destroy_without_the_switch_removes_the_stack_that_is_left_before_the_leases(
    session: boto3.Session,
) -> None:
    create_stack(session, COPY, "UPDATE_COMPLETE")
    console = Console()
    destroy(target(session, console, serving=LOCAL))
    assert COPY in console.commands[0]
    assert NAMES.stack("storage") in console.commands[1]
    assert COPY in console.said[0]


def test_destroy_without_the_stack_does_not_name_it(session: boto3.Session) -> None:
    console = Console()
    destroy(target(session, console))
    assert not [command for command in console.commands if COPY in command]


def test_the_stack_is_deployed_without_an_import_between_shared_stacks_and_domains(
    session: boto3.Session,
) -> None:
    bootstrap(session)
    console = Console()
    deploy(target(session, console, relational=True, serving=LOCAL))
    shared, copy, domains = console.commands
    assert copy[3:6] == ["deploy", COPY, "--exclusively"]
    assert "--import-existing-resources" not in copy
    assert {NAMES.stack("storage"), NAMES.stack("athena"), NAMES.stack("serving")} < set(shared)
    assert NAMES.stack("ecommerce") in domains
    assert "--import-existing-resources" in shared
    assert "--import-existing-resources" in domains
    assert COPY not in [*shared, *domains]


def test_after_a_deployment_every_copy_is_loaded_again(session: boto3.Session) -> None:
    """The database may be new, or executions without the switch may have published."""
    bootstrap(session)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=NAMES.processed_bucket)
    for domain in ("ecommerce", "cloud_provider"):
        s3.put_object(Bucket=NAMES.processed_bucket, Key=loaded_key(domain), Body=b"run-1")
    deploy(target(session, Console()))
    assert s3.list_objects_v2(Bucket=NAMES.processed_bucket)["KeyCount"] == 2
    deploy(target(session, Console(), relational=True, serving=LOCAL))
    assert s3.list_objects_v2(Bucket=NAMES.processed_bucket)["KeyCount"] == 0
