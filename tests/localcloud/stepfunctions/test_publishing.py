"""The publishing states of the pipelines, with a function that answers what the test wants."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from infra.publish_states import ServingPlan, publish
from infra.states import NOTIFY_FAILURE, UNKNOWN
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, machine, resource, role
from tests.localcloud.conftest import Deploy

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:publish"
CODE = """
import json

class SecretError(Exception):
    pass

def handler(event, context):
    print(json.dumps(event), flush=True)
    if event["mart"] == "secretless":
        raise SecretError("there is no secret")
    if event["mart"] == "large":
        done = (event["continuation"] or {"bucket": 0})["bucket"] + 1
        if done < 3:
            return {"status": "CONTINUE", "failed": 0, "continuation": {"bucket": done}}
    status = "PARTIAL" if event["mart"] == "odd" else "PUBLISHED"
    return {"status": status, "failed": int(status == "PARTIAL"), "continuation": None}
"""
MARTS = ("sales", "large", "odd", "secretless")


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Deploy) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", CODE)
    cloud.client("s3").create_bucket(Bucket="code")
    cloud.client("s3").put_object(Bucket="code", Key="publish.zip", Body=buffer.getvalue())
    states = {
        **publish(
            ServingPlan(function=FUNCTION, marts=MARTS), "shop", complete="Complete", partial="Partial"
        ),
        "Complete": {"Type": "Pass", "Result": {"told": "all"}, "End": True},
        "Partial": {"Type": "Pass", "InputPath": "$.serving.partitions", "End": True},
        NOTIFY_FAILURE: {
            "Type": "Fail",
            "ErrorPath": "$.failure.what.Error",
            "CausePath": "$.failure.what.Cause",
        },
    }
    deploy(
        {
            "publishing": {
                "Worker": role("worker", "lambda.amazonaws.com"),
                "Caller": role(
                    "caller", "states.amazonaws.com", allow(["lambda:InvokeFunction"], [FUNCTION])
                ),
                "Function": resource(
                    "AWS::Lambda::Function",
                    FunctionName="publish",
                    Role=f"{ROLE_ARN}/worker",
                    Runtime="python3.13",
                    Handler="handler.handler",
                    Code={"S3Bucket": "code", "S3Key": "publish.zip"},
                    Timeout=30,
                ),
                "Machine": machine("publish", states, "PublishMarts", f"{ROLE_ARN}/caller"),
            }
        }
    )


def run(cloud: LocalCloud, **marts: list[str]) -> dict[str, Any]:
    """The execution after publishing these partitions of these marts."""
    touched = [{"mart": mart, "partitions": partitions} for mart, partitions in marts.items()]
    client = cloud.client("stepfunctions")
    arn = client.start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:publish",
        input=json.dumps({"processed_to_curated": {"summary": {"marts": touched}}, "unknown": UNKNOWN}),
    )["executionArn"]
    cloud.wait_idle(60)
    execution: dict[str, Any] = client.describe_execution(executionArn=arn)
    return execution


def events(cloud: LocalCloud) -> list[dict[str, Any]]:
    """What the function was called with so far."""
    log = cloud.context.home / "logs" / "lambda" / "publish.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_each_touched_partition_of_a_served_mart_is_published(cloud: LocalCloud) -> None:
    before = len(events(cloud))
    execution = run(cloud, sales=["year=2025/month=7", "year=2025/month=8"], unserved=["year=2025"])
    assert (execution["status"], json.loads(execution["output"])) == ("SUCCEEDED", {"told": "all"})
    called = sorted((event["mart"], event["partition"]) for event in events(cloud)[before:])
    assert called == [("sales", "year=2025/month=7"), ("sales", "year=2025/month=8")]


def test_nothing_touched_is_nothing_published(cloud: LocalCloud) -> None:
    before = len(events(cloud))
    assert json.loads(run(cloud)["output"]) == {"told": "all"}
    assert len(events(cloud)) == before


def test_a_large_partition_goes_on_where_it_stopped(cloud: LocalCloud) -> None:
    before = len(events(cloud))
    assert run(cloud, large=["year=2025"])["status"] == "SUCCEEDED"
    assert [event["continuation"] for event in events(cloud)[before:]] == [
        None,
        {"bucket": 1},
        {"bucket": 2},
    ]


def test_refused_documents_do_not_stop_the_run_but_are_named(cloud: LocalCloud) -> None:
    execution = run(cloud, sales=["year=2024"], odd=["year=2025"])
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == [
        ["PUBLISHED"],
        [{"mart": "odd", "partition": "year=2025", "status": "PARTIAL", "failed": 1}],
    ]


def test_an_error_of_the_function_names_mart_and_partition(cloud: LocalCloud) -> None:
    execution = run(cloud, secretless=["year=2025"])
    assert (execution["status"], execution["error"]) == ("FAILED", "SecretError")
    assert execution["cause"].startswith("secretless year=2025: ")
    assert "there is no secret" in execution["cause"]
