"""State machines execute in their own role, with scaled waits and with the error names of AWS."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, MACHINE_ARN, REGION, ROLE_ARN, allow, machine, resource, role

ROLE = f"{ROLE_ARN}/machine"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Any) -> None:
    deploy(
        {
            "machines": {
                "Role": role(
                    "machine",
                    "states.amazonaws.com",
                    allow(
                        ["dynamodb:PutItem", "dynamodb:GetItem"],
                        [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leases"],
                    ),
                    allow(["s3:GetObject"], ["arn:aws:s3:::summaries/*"]),
                    allow(["s3:ListBucket"], ["arn:aws:s3:::summaries"]),
                    allow(["states:DescribeExecution", "states:StartExecution"], ["*"]),
                    allow(["glue:GetCrawler", "glue:StartCrawler"], ["*"]),
                    allow(["sns:Publish"], [TOPIC]),
                ),
                "Bucket": resource("AWS::S3::Bucket", BucketName="summaries"),
                "Topic": resource("AWS::SNS::Topic", TopicName="news"),
                "Table": resource(
                    "AWS::DynamoDB::Table",
                    TableName="leases",
                    AttributeDefinitions=[{"AttributeName": "domain", "AttributeType": "S"}],
                    KeySchema=[{"AttributeName": "domain", "KeyType": "HASH"}],
                    BillingMode="PAY_PER_REQUEST",
                ),
                "Untrusting": role("untrusting", "glue.amazonaws.com"),
                "Orphan": machine(
                    "orphan", {"Start": {"Type": "Pass", "End": True}}, "Start", f"{ROLE_ARN}/untrusting"
                ),
                "Idle": machine("idle", {"Start": {"Type": "Pass", "End": True}}, "Start", ROLE),
            }
        }
    )
    cloud.client("s3").put_object(Bucket="summaries", Key="run.json", Body=b'{"proceed": true}')


def run(cloud: LocalCloud, *states: tuple[str, dict[str, Any]], value: Any = None) -> dict[str, Any]:
    """Run states, each followed by the next unless it names another, and return the described execution."""
    chained = {}
    for (name, state), follower in zip(states, [*[name for name, _ in states[1:]], None], strict=True):
        ends = {"Type": "Task", **({"Next": follower} if follower else {"End": True})}
        if state.get("Type") in ("Choice", "Succeed", "Fail") or "Next" in state or "End" in state:
            ends = {"Type": "Task"}
        chained[name] = {**ends, **state}
    sfn = cloud.client("stepfunctions")
    definition = json.dumps({"StartAt": states[0][0], "States": chained})
    name = f"m{time.monotonic_ns()}"
    arn = sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
    execution = sfn.start_execution(stateMachineArn=arn, input=json.dumps(value or {}))["executionArn"]
    while (described := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.02)
    return dict(described)


def output(described: dict[str, Any]) -> Any:
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


def sdk(action: str, **parameters: Any) -> dict[str, Any]:
    return {"Resource": f"arn:aws:states:::aws-sdk:{action}", "Parameters": parameters}


def caught(name: str) -> dict[str, Any]:
    """A Catch of one error that leads to the state Caught."""
    return {"Catch": [{"ErrorEquals": [name], "Next": "Caught"}], "End": True}


def lease(owner: str) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {
            "TableName": "leases",
            "Item": {"domain": {"S": "shop"}, "owner": {"S": owner}},
            "ConditionExpression": "attribute_not_exists(#d)",
            "ExpressionAttributeNames": {"#d": "domain"},
        },
    }


CAUGHT = ("Caught", {"Type": "Pass", "Result": {"caught": True}, "End": True})


def test_lease_that_is_held_fails_the_conditional_check(cloud: LocalCloud) -> None:
    output(run(cloud, ("Acquire", lease("first"))))
    again = {**lease("second"), **caught("DynamoDB.ConditionalCheckFailedException")}
    assert output(run(cloud, ("Acquire", again), CAUGHT)) == {"caught": True}


def test_object_is_read_as_text_and_parsed(cloud: LocalCloud) -> None:
    read = sdk("s3:getObject", Bucket="summaries", Key="run.json")
    read["ResultSelector"] = {"summary.$": "States.StringToJson($.Body)"}
    assert output(run(cloud, ("Read", read))) == {"summary": {"proceed": True}}


def test_state_machine_starts_another_with_an_input(cloud: LocalCloud) -> None:
    idle = f"{MACHINE_ARN}:idle"
    task = {
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": idle, "Input": {"full_refresh": "true"}},
        "ResultSelector": {"execution.$": "$.ExecutionArn"},
    }
    started = output(run(cloud, ("Start", task)))["execution"]
    described = cloud.client("stepfunctions").describe_execution(executionArn=started)
    assert (described["stateMachineArn"], described["input"]) == (idle, '{"full_refresh":"true"}')


def test_state_machine_that_does_not_exist_cannot_be_started(cloud: LocalCloud) -> None:
    parameters = {"StateMachineArn": f"{MACHINE_ARN}:missing", "Input": {}}
    task = {"Resource": "arn:aws:states:::states:startExecution", "Parameters": parameters}
    error = caught("StepFunctions.StateMachineDoesNotExistException")
    assert output(run(cloud, ("Start", {**task, **error}), CAUGHT)) == {"caught": True}


def test_results_of_sdk_calls_are_pascal_case_with_iso_times(cloud: LocalCloud) -> None:
    sfn = cloud.client("stepfunctions")
    owner = sfn.start_execution(stateMachineArn=f"{MACHINE_ARN}:idle")["executionArn"]
    described = output(
        run(
            cloud,
            ("Describe", sdk("sfn:describeExecution", **{"ExecutionArn.$": "$.owner"})),
            value={"owner": owner},
        )
    )
    assert described["ExecutionArn"] == owner
    assert described["Status"] in ("RUNNING", "SUCCEEDED")
    assert described["StartDate"].endswith("Z")


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (sdk("s3:getObject", Bucket="summaries", Key="missing"), "S3.NoSuchKeyException"),
        (sdk("s3:putObject", Bucket="summaries", Key="x", Body="y"), "S3.S3Exception"),
        (sdk("glue:getCrawler", Name="missing"), "Glue.EntityNotFoundException"),
        (
            sdk(
                "sfn:describeExecution", ExecutionArn=f"arn:aws:states:{REGION}:{ACCOUNT}:execution:idle:gone"
            ),
            "Sfn.ExecutionDoesNotExistException",
        ),
        (
            {
                "Resource": "arn:aws:states:::dynamodb:deleteItem",
                "Parameters": {"TableName": "leases", "Key": {"domain": {"S": "x"}}},
            },
            "DynamoDB.AccessDeniedException",
        ),
        (
            {"Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "missing"}},
            "Glue.AccessDeniedException",
        ),
    ],
)
def test_errors_have_the_names_of_aws(cloud: LocalCloud, task: dict[str, Any], error: str) -> None:
    described = run(cloud, ("Task", task))
    assert (described["status"], described["error"]) == ("FAILED", error)


def test_states_all_catches_error_and_cause(cloud: LocalCloud) -> None:
    task = {**sdk("s3:getObject", Bucket="summaries", Key="missing"), "End": True}
    task["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Failed"}]
    failed = {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"}
    described = run(cloud, ("Task", task), ("Failed", failed))
    assert described["error"] == "S3.NoSuchKeyException"
    assert "does not exist" in described["cause"]


def test_message_that_is_an_object_is_published_as_text(cloud: LocalCloud) -> None:
    parameters = {"TopicArn": TOPIC, "Subject": "ran", "Message": {"rows": 3, "key.$": "$.key"}}
    publish = {"Resource": "arn:aws:states:::sns:publish", "Parameters": parameters, "ResultPath": None}
    output(run(cloud, ("Publish", publish), value={"key": "k"}))
    last = json.loads((cloud.context.state_dir / "notifications.jsonl").read_text().splitlines()[-1])
    assert json.loads(last["message"]) == {"rows": 3, "key": "k"}


def test_role_that_does_not_trust_step_functions_is_refused(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="authorized to assume the provided role"):
        cloud.client("stepfunctions").start_execution(stateMachineArn=f"{MACHINE_ARN}:orphan")


def test_unnamed_executions_do_not_collide(cloud: LocalCloud) -> None:
    sfn = cloud.client("stepfunctions")
    arns = {sfn.start_execution(stateMachineArn=f"{MACHINE_ARN}:idle")["executionArn"] for _ in range(5)}
    assert len(arns) == 5


def test_waits_and_retries_are_scaled(cloud: LocalCloud) -> None:
    """A wait of a minute and three retries: unscaled they would take over a minute."""
    retry = {
        "ErrorEquals": ["S3.NoSuchKeyException"],
        "IntervalSeconds": 1,
        "MaxAttempts": 3,
        "BackoffRate": 1.5,
    }
    read = {**sdk("s3:getObject", Bucket="summaries", Key="missing"), "Retry": [retry]}
    wait = {"Type": "Wait", "Seconds": 60}
    described = run(cloud, ("Wait", wait), ("Read", read))
    assert described["error"] == "S3.NoSuchKeyException"
    history = cloud.client("stepfunctions").get_execution_history(executionArn=described["executionArn"])[
        "events"
    ]
    assert [event["type"] for event in history].count("TaskFailed") == 4


def test_stopped_execution_is_aborted(cloud: LocalCloud) -> None:
    sfn = cloud.client("stepfunctions")
    definition = json.dumps(
        {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10**6, "End": True}}}
    )
    arn = sfn.create_state_machine(name="endless", definition=definition, roleArn=ROLE)["stateMachineArn"]
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    sfn.stop_execution(executionArn=execution)
    cloud.wait_idle(10)
    assert sfn.describe_execution(executionArn=execution)["status"] == "ABORTED"


def test_history_is_reversed_and_paged_as_asked(cloud: LocalCloud) -> None:
    client = cloud.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=f"{MACHINE_ARN}:idle", name="paged")["executionArn"]
    cloud.wait_idle()

    newest = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)
    assert [event["type"] for event in newest["events"]] == ["ExecutionSucceeded"]
    older = client.get_execution_history(executionArn=arn, reverseOrder=True, nextToken=newest["nextToken"])
    assert [event["type"] for event in older["events"]] == [
        "PassStateExited",
        "PassStateEntered",
        "ExecutionStarted",
    ]


def test_history_leaves_out_the_data_as_asked(cloud: LocalCloud) -> None:
    client = cloud.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=f"{MACHINE_ARN}:idle", name="terse")["executionArn"]
    cloud.wait_idle()

    whole = client.get_execution_history(executionArn=arn)["events"]
    terse = client.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]
    assert [event["type"] for event in terse] == [event["type"] for event in whole]
    entered = [events[1]["stateEnteredEventDetails"] for events in (whole, terse)]
    assert entered[0].keys() - entered[1].keys() >= {"input"}
    assert entered[0]["name"] == entered[1]["name"]


def test_invalid_name_is_refused_by_the_api(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="InvalidName"):
        cloud.client("stepfunctions").start_execution(stateMachineArn=f"{MACHINE_ARN}:idle", name="a b")
