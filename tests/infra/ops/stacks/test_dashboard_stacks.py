"""The stacks of dashboards outlive the switch: a deployment tells it, and they go with the environment."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.ops.deploy import deploy, destroy
from infra.ops.stacks.dashboard_stacks import left, with_dashboards
from infra.ops.stacks.names import stacks_of
from tests.infra.ops.console import NAMES, Console, answer_about_stacks, bootstrap, create_stack, target

SHOP = NAMES.dashboards_stack("ecommerce")
CLOUD = NAMES.dashboards_stack("cloud_provider")


def test_dashboards_that_are_left_are_told_with_the_command_that_removes_them(
    session: boto3.Session,
) -> None:
    bootstrap(session)
    create_stack(session, SHOP, "UPDATE_COMPLETE")
    console = Console()
    deploy(target(session, console))
    [told] = [line for line in console.said if SHOP in line]
    assert "QuickSight bills their authors, readers and SPICE" in told
    assert f"aws cloudformation delete-stack --stack-name {SHOP} --region us-east-1" in told
    assert CLOUD not in told
    assert console.said.index(told) < console.said.index("Deploy?")


def test_destroy_without_the_switch_removes_the_dashboards_that_are_left(session: boto3.Session) -> None:
    create_stack(session, SHOP, "UPDATE_COMPLETE")
    console = Console()
    destroy(target(session, console))
    assert SHOP in console.commands[0]
    assert SHOP in console.said[0]


def test_destroy_without_dashboards_does_not_name_them(session: boto3.Session) -> None:
    console = Console()
    destroy(target(session, console))
    assert not [command for command in console.commands if SHOP in command or CLOUD in command]


def test_a_denied_question_is_raised(session: boto3.Session) -> None:
    body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
    answer_about_stacks(session, CLOUD, 403, body)
    with pytest.raises(ClientError, match="AccessDenied"):
        left(session, NAMES, target(session, Console()).config)


def test_dashboards_come_before_their_domains(session: boto3.Session) -> None:
    plain = target(session, Console()).config
    assert CLOUD not in stacks_of(plain, NAMES)
    switched = with_dashboards(plain, NAMES, "aws")
    assert stacks_of(switched, NAMES) == [CLOUD, SHOP, *stacks_of(plain, NAMES)]
