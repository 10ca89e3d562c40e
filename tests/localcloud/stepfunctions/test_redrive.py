"""RedriveExecution continues an execution from the state in which it ended."""

from __future__ import annotations

import datetime as dt
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.api import ExecutionStatus

from localcloud.server import LocalCloud
from localcloud.stepfunctions.redrive import obstacle
from tests.localcloud.assembly import MACHINE_ARN, ROLE_ARN, allow, machine, resource, role

ROLE = f"{ROLE_ARN}/machine"
READ = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
    "Parameters": {"Bucket": "redriven", "Key.$": "$.key"},
    "ResultSelector": {"text.$": "$.Body"},
    "End": True,
}
PREPARE = {"Type": "Pass", "Parameters": {"key.$": "$.name"}, "Next": "Read"}
BRANCHES = {"Type": "Parallel", "Branches": [{"StartAt": "Read", "States": {"Read": READ}}], "End": True}


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    objects = allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::redriven/*", "arn:aws:s3:::redriven"])
    deploy(
        {
            "machines": {
                "Role": role("machine", "states.amazonaws.com", objects),
                "Bucket": resource("AWS::S3::Bucket", BucketName="redriven"),
                "Reading": machine("reading", {"Prepare": PREPARE, "Read": READ}, "Prepare", ROLE),
                "Branching": machine("branching", {"Both": BRANCHES}, "Both", ROLE),
                "Waiting": machine(
                    "waiting", {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}, "Wait", ROLE
                ),
            }
        }
    )


def start(cloud: LocalCloud, machine_name: str, **value: str) -> str:
    """Start an execution and return its ARN."""
    found = cloud.client("stepfunctions").start_execution(
        stateMachineArn=f"{MACHINE_ARN}:{machine_name}", input=json.dumps(value)
    )
    return str(found["executionArn"])


def ended(cloud: LocalCloud, arn: str) -> dict[str, Any]:
    """Return the description of an execution when it has ended."""
    while (found := cloud.client("stepfunctions").describe_execution(executionArn=arn))[
        "status"
    ] == "RUNNING":
        time.sleep(0.02)
    return dict(found)


def history(cloud: LocalCloud, arn: str) -> list[str]:
    """Return the types of an execution's events."""
    events = cloud.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    return [event["type"] for event in events]


def test_execution_goes_on_from_the_failed_state_with_its_input(cloud: LocalCloud) -> None:
    sfn, arn = cloud.client("stepfunctions"), start(cloud, "reading", name="late")
    failed = ended(cloud, arn)
    assert (failed["status"], failed["redriveStatus"], failed["redriveCount"]) == ("FAILED", "REDRIVABLE", 0)
    before = history(cloud, arn)

    cloud.client("s3").put_object(Bucket="redriven", Key="late", Body=b"here")
    date = sfn.redrive_execution(executionArn=arn)["redriveDate"]
    found = ended(cloud, arn)

    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"text": "here"})
    assert (found["redriveCount"], found["redriveDate"], found["redriveStatus"]) == (
        1,
        date,
        "NOT_REDRIVABLE",
    )
    assert found["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven."
    assert "error" not in found
    assert found["startDate"] == failed["startDate"]
    added = history(cloud, arn)[len(before) :]
    assert (added[0], added[-1]) == ("ExecutionRedriven", "ExecutionSucceeded")
    assert "PassStateEntered" not in added
    (listed,) = [
        item
        for item in sfn.list_executions(stateMachineArn=f"{MACHINE_ARN}:reading")["executions"]
        if item["executionArn"] == arn
    ]
    assert (listed["status"], listed["redriveCount"]) == ("SUCCEEDED", 1)
    with pytest.raises(ClientError, match="Execution is SUCCEEDED and cannot be redriven"):
        sfn.redrive_execution(executionArn=arn)


def test_execution_may_fail_and_be_redriven_again(cloud: LocalCloud) -> None:
    arn = start(cloud, "reading", name="later")
    for count in (1, 2):
        ended(cloud, arn)
        cloud.client("stepfunctions").redrive_execution(executionArn=arn)
        assert ended(cloud, arn)["redriveCount"] == count
    assert history(cloud, arn).count("ExecutionFailed") == 3


def test_aborted_execution_is_redriven_and_a_running_one_is_not(cloud: LocalCloud) -> None:
    sfn, arn = cloud.client("stepfunctions"), start(cloud, "waiting")
    with pytest.raises(ClientError, match="Execution is RUNNING and cannot be redriven"):
        sfn.redrive_execution(executionArn=arn)
    while "WaitStateEntered" not in history(cloud, arn):
        time.sleep(0.02)
    sfn.stop_execution(executionArn=arn)
    assert ended(cloud, arn)["status"] == "ABORTED"

    sfn.redrive_execution(executionArn=arn)
    assert ended(cloud, arn)["status"] == "SUCCEEDED"


def test_state_with_branches_is_refused_by_name(cloud: LocalCloud) -> None:
    arn = start(cloud, "branching", key="missing")
    assert ended(cloud, arn)["status"] == "FAILED"
    with pytest.raises(ClientError, match=r"State Both has branches, .* not supported locally"):
        cloud.client("stepfunctions").redrive_execution(executionArn=arn)


@pytest.mark.parametrize(
    ("days", "events", "reason"),
    [
        (13, 24_998, ""),
        (15, 1, "Execution redrivable period exceeded"),
        (1, 24_999, "Execution history event limit exceeded"),
    ],
)
def test_execution_is_redriven_within_its_limits(days: int, events: int, reason: str) -> None:
    now = dt.datetime(2025, 12, 24, tzinfo=dt.UTC)
    execution = SimpleNamespace(
        exec_status=ExecutionStatus.TIMED_OUT,
        status="TIMED_OUT",
        stop_date=now - dt.timedelta(days=days),
        to_history_output=lambda: {"events": range(events)},
    )

    assert obstacle(execution, now) == reason
