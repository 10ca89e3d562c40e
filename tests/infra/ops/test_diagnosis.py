"""Why a deployment failed, from the events and change sets that CloudFormation kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra.ops.diagnosis import AGAIN, Failure, failures
from lake.naming import Names

NAMES = Names(env="dev", account="123456789012", region="eu-west-1")
STACK = "caudal-dev-shop"
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""When the failed command began."""
BEFORE, AFTER = BEGAN - timedelta(minutes=1), BEGAN + timedelta(minutes=1)
EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To "
    "troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
)


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
    return failures(Session(stub.client), NAMES, [STACK], since=BEGAN)  # type: ignore[arg-type]


def failure_of(*, reason: str, status: str = "ROLLBACK_COMPLETE") -> Failure:
    return Failure(
        env="dev", region="eu-west-1", stack=STACK, status=status, resource="Queue", reason=reason
    )  # fmt: skip


def in_state(stub: Stubber, status: str, *, created: datetime = AFTER, **times: datetime) -> None:
    stack = {"StackName": STACK, "StackStatus": status, "CreationTime": created, **times}
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


def with_change_sets(stub: Stubber, *change_sets: tuple[str, datetime, str, str]) -> None:
    """Answer with change sets: (name, time of creation, status, reason)."""
    listed = [
        {
            "ChangeSetId": name, "CreationTime": created, "Status": status,
            **({"StatusReason": reason} if reason else {}),
        }
        for name, created, status, reason in change_sets
    ]  # fmt: skip
    stub.add_response("list_change_sets", {"Summaries": listed}, {"StackName": STACK})


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
        ("The security token is Expired", "Sign in again."),
        ("Worker type G.4X is not supported for Glue Version 5.0", "Glue has no workers of this type here"),
        (EARLY, "A resource exists outside of the stack, the CDK's message above names it"),
        ("[AWS::EarlyValidation::PropertyValidation]", "CloudFormation refused the template before any"),
        ("Resources to import must have a DeletionPolicy", "A resource outlived its stack and cannot be"),
        ("caudal-dev-raw already exists in stack (BucketAlreadyExists)", "Another account owns a bucket"),
        ("Requested bucket name is not available", "Another account owns a bucket"),
        ("Database caudal_dev_shop_gold already exists", "A resource of this name exists outside"),
        ("API: iam:CreateRole User is not authorized", "Ask for the permission that the reason names"),
        ("Resource limit exceeded", "Ask for a higher quota"),
        ("Internal failure", "Remove the cause."),
    ],
)
def test_remedy_follows_from_the_reason(reason: str, remedy: str) -> None:
    failure = failure_of(reason=reason)
    assert failure.remedy.startswith(remedy)
    assert failure.remedy.endswith(AGAIN)


def test_stack_that_must_be_freed_first_says_how() -> None:
    failure = failure_of(status="UPDATE_ROLLBACK_FAILED", reason="Internal failure")
    assert f"continue-update-rollback --stack-name {STACK}" in failure.remedy


def test_region_without_glue_is_left_before_another_is_chosen() -> None:
    # Roles are global: while they exist here, a deployment in another region is refused.
    failure = failure_of(reason="Glue version 6.0 is not supported in this region")
    assert failure.remedy == (
        "This region has no Glue 6.0 yet, and an environment lives in one region: run `caudal destroy "
        "--env dev --region eu-west-1` first, then `caudal deploy` with another --region."
    )


def test_new_stack_whose_change_set_is_refused_has_its_reason(stub: Stubber) -> None:
    in_state(stub, "REVIEW_IN_PROGRESS", created=BEFORE)
    with_change_sets(
        stub,
        ("first", BEFORE, "FAILED", "of an earlier command"),
        ("newest", AFTER, "FAILED", EARLY),
    )
    [failure] = found(stub)
    assert (failure.status, failure.resource, failure.reason) == ("REVIEW_IN_PROGRESS", "", EARLY)


@pytest.mark.parametrize(
    ("change_sets", "reason"),
    [
        ([("newest", AFTER, "CREATE_COMPLETE", "")], "its change set is in the state CREATE_COMPLETE"),
        ([], "it has no change set"),
    ],
)
def test_change_set_without_a_reason_is_described(
    stub: Stubber, change_sets: list[tuple[str, datetime, str, str]], reason: str
) -> None:
    in_state(stub, "REVIEW_IN_PROGRESS")
    with_change_sets(stub, *change_sets)
    [failure] = found(stub)
    assert failure.reason == reason


def test_failure_of_an_earlier_command_is_not_the_cause(stub: Stubber) -> None:
    in_state(stub, "ROLLBACK_COMPLETE", created=BEFORE)
    assert found(stub) == []
    in_state(stub, "UPDATE_ROLLBACK_COMPLETE", created=BEFORE, LastUpdatedTime=BEFORE)
    assert found(stub) == []
    in_state(stub, "REVIEW_IN_PROGRESS", created=BEFORE)
    with_change_sets(stub, ("old", BEFORE, "FAILED", "of an earlier command"))
    assert found(stub) == []


def test_failed_update_of_an_old_stack_is_the_cause(stub: Stubber) -> None:
    in_state(stub, "UPDATE_ROLLBACK_COMPLETE", created=BEFORE, LastUpdatedTime=AFTER)
    with_events(stub, ("Queue", "AWS::SQS::Queue", "UPDATE_FAILED", "Internal failure"))
    [failure] = found(stub)
    assert failure.resource == "AWS::SQS::Queue Queue"


def test_old_state_that_refuses_every_change_is_named(stub: Stubber) -> None:
    in_state(stub, "UPDATE_ROLLBACK_FAILED", created=BEFORE, LastUpdatedTime=BEFORE)
    with_events(stub, ("Queue", "AWS::SQS::Queue", "UPDATE_FAILED", "Internal failure"))
    [failure] = found(stub)
    assert f"continue-update-rollback --stack-name {STACK}" in failure.remedy
