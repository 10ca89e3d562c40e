"""Why a deployment failed, from the events that CloudFormation kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.ops.diagnosis import AGAIN, Failure, failures

STACK = "caudal-dev-shop"


class Session:
    """A session whose one client answers from a stub."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, service: str, region_name: str) -> Any:
        assert (service, region_name) == ("cloudformation", "eu-west-1")
        return self._client


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client(
        "cloudformation", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def found(stub: Stubber) -> list[Failure]:
    return failures(Session(stub.client), "eu-west-1", [STACK])  # type: ignore[arg-type]


def in_state(stub: Stubber, status: str) -> None:
    stack = {"StackName": STACK, "StackStatus": status, "CreationTime": datetime.now(UTC)}
    stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})


def with_events(stub: Stubber, *events: tuple[str, str, str, str]) -> None:
    """Answer with events, newest first: (logical id, type, status, reason)."""
    listed = [
        {
            "StackId": "id", "EventId": str(number), "StackName": STACK, "Timestamp": datetime.now(UTC),
            "LogicalResourceId": logical, "ResourceType": kind, "ResourceStatus": status,
            "ResourceStatusReason": reason,
        }
        for number, (logical, kind, status, reason) in enumerate(events)
    ]  # fmt: skip
    stub.add_response("describe_stack_events", {"StackEvents": listed}, {"StackName": STACK})


def test_first_failed_resource_of_the_last_change_is_named(stub: Stubber) -> None:
    in_state(stub, "ROLLBACK_COMPLETE")
    with_events(
        stub,
        ("Other", "AWS::Glue::Job", "CREATE_FAILED", "Resource creation cancelled"),
        ("Later", "AWS::Glue::Job", "CREATE_FAILED", "AccessDenied: glue:CreateJob"),
        ("Queue", "AWS::SQS::Queue", "CREATE_FAILED", "User is not authorized to perform: sqs:CreateQueue"),
        (STACK, "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", "User Initiated"),
        ("Old", "AWS::SQS::Queue", "UPDATE_FAILED", "of an earlier change"),
    )
    [failure] = found(stub)
    assert failure.resource == "AWS::SQS::Queue Queue"
    assert failure.reason == "User is not authorized to perform: sqs:CreateQueue"
    assert failure.remedy == (
        "Ask for the permission that the reason names, for your user and for the CDK's deployment role. "
        + AGAIN
    )


def test_complete_and_missing_stacks_have_no_failure(stub: Stubber) -> None:
    in_state(stub, "UPDATE_COMPLETE")
    assert found(stub) == []
    stub.add_client_error("describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist")
    assert found(stub) == []


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("ExpiredToken: The security token included in the request is expired", "Sign in again."),
        ("Glue version 6.0 is not supported in this region", "This region has no Glue 6.0 yet"),
        ("caudal-dev-raw already exists in stack (BucketAlreadyExists)", "Another account owns a bucket"),
        ("Requested bucket name is not available", "Another account owns a bucket"),
        ("Database caudal_dev_shop_gold already exists", "A resource of this name exists outside"),
        ("API: iam:CreateRole User is not authorized", "Ask for the permission that the reason names"),
        ("Resource limit exceeded", "Ask for a higher quota"),
        ("Internal failure", "Remove the cause."),
    ],
)
def test_remedy_follows_from_the_reason(reason: str, remedy: str) -> None:
    failure = Failure(stack=STACK, status="ROLLBACK_COMPLETE", resource="Queue", reason=reason)
    assert failure.remedy.startswith(remedy)
    assert failure.remedy.endswith(AGAIN)


def test_stack_that_must_be_freed_first_says_how() -> None:
    failure = Failure(stack=STACK, status="UPDATE_ROLLBACK_FAILED", resource="", reason="Internal failure")
    assert f"continue-update-rollback --stack-name {STACK}" in failure.remedy
