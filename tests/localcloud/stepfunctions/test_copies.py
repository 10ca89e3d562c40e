"""The states that update both copies of gold, executed: a copy that fails leaves the other one unharmed."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from infra.pipeline.copies import copy_states, load_mark, load_states, publish_states
from infra.pipeline.copies.copy_states import COMPLETE, IDLE, PARTIAL
from infra.pipeline.copies.load_states import LoadPlan
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.states import NOTIFY_FAILURE, UNKNOWN, State, States, choice, equals, retry
from lake.naming import CURATED_TO_RDS, run_key, unpublished_key, unpublished_root
from lake.naming.relational import loaded_key
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, machine, resource, role
from tests.localcloud.conftest import Deploy

FUNCTIONS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
BUCKET = "copied"
MARK = loaded_key("shop")
PUBLISH = """
def handler(event, context):
    if event["mart"] == "broken":
        raise ValueError("there is no store")
    return {"status": "PUBLISHED", "failed": 0, "continuation": None}
"""
OFFICE = """
import json

def handler(event, context):
    print(json.dumps(event), flush=True)
    status = "UNUSABLE" if event["execution"].endswith("unusable") else "READY"
    return {"status": status, "message": "The database is failed."}
"""


def code(cloud: LocalCloud, name: str, source: str) -> dict[str, Any]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
    cloud.client("s3").put_object(Bucket="copies-code", Key=name, Body=buffer.getvalue())
    return resource(
        "AWS::Lambda::Function",
        FunctionName=name,
        Role=f"{ROLE_ARN}/copies-worker",
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"S3Bucket": "copies-code", "S3Key": name},
        Timeout=30,
    )


def end(name: str) -> State:
    return {"Type": "Pass", "Parameters": {"end": name, "copies.$": "$.copies"}, "End": True}


def machine_states() -> States:
    """Return the states from the job that publishes, which ends at once, to the outcomes."""
    plan = LoadPlan(function=f"{FUNCTIONS}:copies-office", job="no-such-job")
    loading = load_states.load(plan, "shop", BUCKET, timeout=60, also_retry=retry("Glue.Busy"))
    serving = publish_states.publish(
        ServingPlan(function=f"{FUNCTIONS}:copies-publish", marts=("sales", "broken")),
        "shop",
        BUCKET,
        next=copy_states.START,
        idle=IDLE,
        complete=COMPLETE,
        partial=PARTIAL,
    )
    del serving[publish_states.NOTHING_NEW]
    # The job does not exist here; an execution that `loads` goes on as if it had run.
    loading["StartLoad"] = loading.pop("LoadRelationalCopy")
    loading["LoadRelationalCopy"] = choice(
        {**equals("$.loads", True), "Next": "ReadLoadSummary"}, default="StartLoad"
    )
    return {
        **copy_states.update(
            loading,
            serving,
            idle="Idle",
            complete="Complete",
            partial="Partial",
            partly_loaded="PartlyLoaded",
        ),
        "Start": choice(
            {**equals("$.raw_to_processed.summary.proceed", False), "Next": copy_states.START},
            default=load_mark.FORGET,
        ),
        **load_mark.forget("shop", BUCKET, next="Publish"),
        "Publish": choice({**equals("$.dies", True), "Next": "Dead"}, default=copy_states.START),
        "Dead": {"Type": "Fail", "Error": "Killed"},
        **{name: end(name) for name in ("Idle", "Complete", "Partial", "PartlyLoaded")},
        NOTIFY_FAILURE: {
            "Type": "Fail",
            "ErrorPath": "$.failure.what.Error",
            "CausePath": "States.Format('{}: {}', $.failure.step, $.copies.relational.message)",
        },
    }


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Deploy) -> None:
    cloud.client("s3").create_bucket(Bucket="copies-code")
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    deploy(
        {
            "copies": {
                "Worker": role("copies-worker", "lambda.amazonaws.com"),
                "Caller": role(
                    "copies-caller",
                    "states.amazonaws.com",
                    allow(
                        ["lambda:InvokeFunction"], [f"{FUNCTIONS}:copies-{n}" for n in ("office", "publish")]
                    ),
                    allow(["glue:StartJobRun"], [f"arn:aws:glue:{REGION}:{ACCOUNT}:job/no-such-job"]),
                    allow(["s3:ListBucket"], [f"arn:aws:s3:::{BUCKET}"]),
                    allow(["s3:GetObject", "s3:DeleteObject"], [f"arn:aws:s3:::{BUCKET}/_serving/shop/*"]),
                    allow(["s3:PutObject", "s3:DeleteObject"], [f"arn:aws:s3:::{BUCKET}/{MARK}"]),
                    allow(["s3:GetObject"], [f"arn:aws:s3:::{BUCKET}/_runs/shop/*"]),
                ),
                "Publish": code(cloud, "copies-publish", PUBLISH),
                "Office": code(cloud, "copies-office", OFFICE),
                "Machine": machine("copies", machine_states(), "Start", f"{ROLE_ARN}/copies-caller"),
            }
        }
    )


def run(
    cloud: LocalCloud, name: str, *marts: str, proceed: bool = True, loads: bool = False, dies: bool = False
) -> dict[str, Any]:
    """Run an execution that changed a partition of these marts, and describe it.

    `loads`: the job that loads succeeds. `dies`: the execution ends right after it has published.
    """
    summary = {"message": "MySQL: 1 months of 1 tables, 2 rows changed.", "predicted_usd": 0.01}
    cloud.client("s3").put_object(
        Bucket=BUCKET,
        Key=run_key("shop", name, CURATED_TO_RDS),
        Body=json.dumps({"status": "PUBLISHED", **summary}).encode(),
    )
    for mart in marts:
        body = json.dumps({"mart": mart, "partitions": ["year=2025"]}).encode()
        cloud.client("s3").put_object(Bucket=BUCKET, Key=unpublished_key("shop", mart, name), Body=body)
    client = cloud.client("stepfunctions")
    given = {"raw_to_processed": {"summary": {"proceed": proceed}}, "loads": loads, "dies": dies}
    arn = client.start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:copies",
        name=name,
        input=json.dumps({**given, "full_refresh": "false", "unknown": UNKNOWN}),
    )["executionArn"]
    cloud.wait_idle(60)
    found: dict[str, Any] = client.describe_execution(executionArn=arn)
    return found


def asked(cloud: LocalCloud, name: str) -> list[str]:
    """Return the actions that an execution asked the database's function for."""
    log = cloud.context.home / "logs" / "lambda" / "copies-office.log"
    lines = log.read_text().splitlines() if log.exists() else []
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return [event["action"] for event in events if event["execution"].endswith(f":{name}")]


def unpublished(cloud: LocalCloud) -> int:
    listed = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=unpublished_root("shop"))
    return int(listed["KeyCount"])


def test_broken_database_is_told_and_the_marts_are_published(cloud: LocalCloud) -> None:
    execution = run(cloud, "unusable", "sales")
    assert execution["status"] == "SUCCEEDED"
    output = json.loads(execution["output"])
    assert output["end"] == "PartlyLoaded"
    assert output["copies"]["relational"] == {
        "status": "PARTIAL",
        "message": "The relational copy was not loaded: The database is failed.",
        "predicted_cost": "0 USD",
    }
    assert output["copies"]["serving"] == {"outcome": "COMPLETE"}
    assert asked(cloud, "unusable") == ["acquire", "release"]
    assert unpublished(cloud) == 0


def test_job_that_does_not_start_releases_the_database(cloud: LocalCloud) -> None:
    execution = run(cloud, "jobless", "sales")
    output = json.loads(execution["output"])
    assert output["end"] == "PartlyLoaded"
    assert "the next run catches up. Glue." in output["copies"]["relational"]["message"]
    assert asked(cloud, "jobless") == ["acquire", "release"]


def test_mart_that_fails_fails_the_execution_after_the_load_has_ended(cloud: LocalCloud) -> None:
    execution = run(cloud, "martless-unusable", "broken")
    assert execution["status"] == "FAILED"
    assert execution["error"] == "NotPublished"
    assert execution["cause"] == ("PublishMarts: The relational copy was not loaded: The database is failed.")
    assert asked(cloud, "martless-unusable") == ["acquire", "release"]
    cloud.client("s3").delete_object(
        Bucket=BUCKET, Key=unpublished_key("shop", "broken", "martless-unusable")
    )


def load(cloud: LocalCloud, name: str) -> None:
    """Run an execution that publishes and loads the copy."""
    execution = run(cloud, name, "sales", loads=True)
    output = json.loads(execution["output"])
    assert output["end"] == "Complete"
    assert output["copies"]["relational"] == {
        "status": "LOADED",
        "message": "MySQL: 1 months of 1 tables, 2 rows changed.",
        "predicted_cost": "0.01 USD",
    }


def test_without_new_rows_the_database_is_left_alone(cloud: LocalCloud) -> None:
    load(cloud, "loaded")
    output = json.loads(run(cloud, "idle", proceed=False)["output"])
    assert output["end"] == "Idle"
    assert output["copies"]["relational"]["status"] == "IDLE"
    assert asked(cloud, "idle") == []


def test_load_that_failed_is_made_up_for_without_new_rows(cloud: LocalCloud) -> None:
    load(cloud, "before-the-failure")
    run(cloud, "failed-unusable", "sales")
    output = json.loads(run(cloud, "fails-again-unusable", proceed=False)["output"])
    assert output["end"] == "PartlyLoaded"
    output = json.loads(run(cloud, "catches-up", proceed=False, loads=True)["output"])
    assert output["end"] == "Complete"
    assert output["copies"]["relational"]["status"] == "LOADED"
    assert asked(cloud, "catches-up") == ["acquire", "release"]
    run(cloud, "idle-again", proceed=False)
    assert asked(cloud, "idle-again") == []


def test_execution_that_died_between_publication_and_load_is_made_up_for(cloud: LocalCloud) -> None:
    load(cloud, "before-the-kill")
    assert run(cloud, "killed", dies=True)["status"] == "FAILED"
    output = json.loads(run(cloud, "after-the-kill", proceed=False, loads=True)["output"])
    assert output["end"] == "Complete"
    assert asked(cloud, "after-the-kill") == ["acquire", "release"]
