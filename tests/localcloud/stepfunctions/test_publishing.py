"""The publishing states of the pipelines, executed with a fake publishing function."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from infra.pipeline.copies.publish_states import START, ServingPlan, publish
from infra.pipeline.states import NOTIFY_FAILURE, UNKNOWN, choice, equals
from lake.naming import unpublished_key, unpublished_root
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
    if event["mart"] == "secretless" and event["partition"] != "year=2026":
        raise SecretError("there is no secret")
    if event["mart"] == "large":
        done = (event["continuation"] or {"bucket": 0})["bucket"] + 1
        if done < 3:
            return {"status": "CONTINUE", "failed": 0, "continuation": {"bucket": done}}
    status = "PARTIAL" if event["mart"] == "odd" else "PUBLISHED"
    return {"status": status, "failed": int(status == "PARTIAL"), "continuation": None}
"""
MARTS = ("sales", "large", "odd", "secretless")
BUCKET = "processed"


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Deploy) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", CODE)
    cloud.client("s3").create_bucket(Bucket="code")
    cloud.client("s3").put_object(Bucket="code", Key="publish.zip", Body=buffer.getvalue())
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    states = {
        "Start": choice(
            {**equals("$.raw_to_processed.summary.proceed", False), "Next": "NothingNew"}, default=START
        ),
        **publish(
            ServingPlan(function=FUNCTION, marts=MARTS),
            "shop",
            BUCKET,
            next=START,
            idle="Idle",
            complete="Complete",
            partial="Partial",
        ),
        "Idle": {"Type": "Pass", "Result": {"end": "idle"}, "End": True},
        "Complete": {"Type": "Pass", "Result": {"end": "complete"}, "End": True},
        "Partial": {"Type": "Pass", "InputPath": "$.serving.marts", "End": True},
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
                    "caller",
                    "states.amazonaws.com",
                    allow(["lambda:InvokeFunction"], [FUNCTION]),
                    allow(["s3:ListBucket"], [f"arn:aws:s3:::{BUCKET}"]),
                    allow(["s3:GetObject", "s3:DeleteObject"], [f"arn:aws:s3:::{BUCKET}/_serving/shop/*"]),
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
                "Machine": machine("publish", states, "Start", f"{ROLE_ARN}/caller"),
            }
        }
    )


def write_entries(cloud: LocalCloud, marts: Mapping[str, list[str]], execution: str = "x1") -> None:
    """Write the entries of unpublished partitions of marts, as the batch job does."""
    for mart, partitions in marts.items():
        body = json.dumps({"mart": mart, "partitions": partitions}).encode()
        cloud.client("s3").put_object(Bucket=BUCKET, Key=unpublished_key("shop", mart, execution), Body=body)


def entries(cloud: LocalCloud) -> list[str]:
    listed = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=unpublished_root("shop"))
    return [item["Key"] for item in listed.get("Contents", [])]


def run(cloud: LocalCloud, *, proceed: bool = True, **marts: list[str]) -> dict[str, Any]:
    """Run an execution after a job that changed these partitions of these marts, and describe it."""
    write_entries(cloud, marts)
    client = cloud.client("stepfunctions")
    summary = {"raw_to_processed": {"summary": {"proceed": proceed}}}
    arn = client.start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:publish",
        input=json.dumps({**summary, "full_refresh": "false", "unknown": UNKNOWN}),
    )["executionArn"]
    cloud.wait_idle(60)
    execution: dict[str, Any] = client.describe_execution(executionArn=arn)
    return execution


def events(cloud: LocalCloud) -> list[dict[str, Any]]:
    """Return the events with which the function has been invoked so far."""
    log = cloud.context.home / "logs" / "lambda" / "publish.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_every_unpublished_partition_of_a_served_mart_is_published(
    cloud: LocalCloud,
) -> None:
    before = len(events(cloud))
    execution = run(cloud, sales=["year=2025/month=7", "year=2025/month=8"], unserved=["year=2025"])
    assert (execution["status"], json.loads(execution["output"])) == ("SUCCEEDED", {"end": "complete"})
    called = sorted((event["mart"], event["partition"]) for event in events(cloud)[before:])
    assert called == [("sales", "year=2025/month=7"), ("sales", "year=2025/month=8")]
    assert entries(cloud) == []


@pytest.mark.parametrize(("proceed", "end"), [(True, "complete"), (False, "idle")])
def test_without_notes_nothing_is_published(cloud: LocalCloud, proceed: bool, end: str) -> None:
    before = len(events(cloud))
    assert json.loads(run(cloud, proceed=proceed)["output"]) == {"end": end}
    assert len(events(cloud)) == before


def test_large_partition_is_continued_where_the_function_stopped(cloud: LocalCloud) -> None:
    before = len(events(cloud))
    assert run(cloud, large=["year=2025"])["status"] == "SUCCEEDED"
    assert [event["continuation"] for event in events(cloud)[before:]] == [
        None,
        {"bucket": 1},
        {"bucket": 2},
    ]


def test_refused_documents_do_not_fail_the_run_and_their_partition_is_named(cloud: LocalCloud) -> None:
    execution = run(cloud, odd=["year=2025"], sales=["year=2024"])
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == [
        [{"mart": "odd", "partition": "year=2025", "status": "PARTIAL", "failed": 1}],
        ["PUBLISHED"],
    ]
    assert entries(cloud) == []


def test_mart_that_failed_is_reported_and_published_by_the_next_run(cloud: LocalCloud) -> None:
    """The other marts are published; the next run publishes the failed one even without new rows."""
    before = len(events(cloud))
    execution = run(cloud, secretless=["year=2025"], sales=["year=2025"])
    assert (execution["status"], execution["error"]) == ("FAILED", "NotPublished")
    sales, failed = json.loads(execution["cause"])
    assert sales == ["PUBLISHED"]
    assert (failed["status"], failed["what"]["Error"]) == ("FAILED", "SecretError")
    assert failed["what"]["Cause"].startswith("secretless year=2025: ")
    assert "there is no secret" in failed["what"]["Cause"]
    assert entries(cloud) == ["_serving/shop/secretless/x1.json"]

    write_entries(cloud, {"secretless": ["year=2026"]})  # The function accepts this partition.
    assert json.loads(run(cloud, proceed=False)["output"]) == {"end": "complete"}
    assert entries(cloud) == []
    assert [event["partition"] for event in events(cloud)[before:] if event["mart"] == "secretless"] == [
        "year=2025",
        "year=2026",
    ]
