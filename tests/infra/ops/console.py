"""A person who answers all questions alike, and stacks that CloudFormation shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

from infra.foundation.config import config_for
from infra.ops.deploy import BOOTSTRAP_PARAMETER, Target
from lake.naming import Names
from tests.infra.assembly import ACCOUNT, REGION

NAMES = Names(env="dev", account=ACCOUNT, region=REGION)


@dataclass
class Console:
    """Records what would run and what was said; answers every question alike."""

    answer: bool = True
    fails: str = ""
    commands: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> int:
        self.commands.append(list(command))
        return int(bool(self.fails) and self.fails in command)

    def confirm(self, question: str) -> bool:
        self.said.append(question)
        return self.answer

    @property
    def words(self) -> list[str]:
        """The CDK command of each call."""
        return [command[3] for command in self.commands]


def bootstrap(session: boto3.Session) -> None:
    session.client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value="30", Type="String")


def target(
    session: boto3.Session, console: Console, env: str = "dev", *, delete_data: bool = False, **switches: Any
) -> Target:
    return Target(
        config=config_for(env, delete_data=delete_data, **switches),
        session=session,
        account=ACCOUNT,
        region=REGION,
        run=console.run,
        confirm=console.confirm,
        report=console.said.append,
    )


def answer_about_stacks(session: boto3.Session, stack: str, code: int, body: str) -> None:
    """Answer each question about a stack with a status code and a body."""

    def answer(request: Any, **_: object) -> AWSResponse | None:
        if f"StackName={stack}" not in str(request.body):
            return None
        return AWSResponse(request.url, code, HTTPHeaders(), MockRawResponse(body))

    events: Any = session.events
    events.register_first("before-send.cloudformation.DescribeStacks", answer)


def create_stack(session: boto3.Session, stack: str, status: str) -> None:
    """Let there be a stack in a state."""
    described = (
        f"<member><StackName>{stack}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>"
        f"<StackStatus>{status}</StackStatus></member>"
    )
    stacks = f"<DescribeStacksResult><Stacks>{described}</Stacks></DescribeStacksResult>"
    answer_about_stacks(session, stack, 200, f"<DescribeStacksResponse>{stacks}</DescribeStacksResponse>")
