"""Lambda functions execute in their role and environment, within their time-out, and report their errors."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, allow, machine, resource, role
from tests.localcloud.conftest import Deploy

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
CODE = """
import json, os, sys, time
import boto3

calls = 0

class StoreIsDownError(Exception):
    pass

def handler(event, context):
    global calls
    calls += 1
    action = event.get("do")
    if action == "fail":
        raise StoreIsDownError("no answer")
    if action == "sleep":
        time.sleep(60)
    if action == "exit":
        os._exit(3)
    if action == "secret":
        return boto3.client("secretsmanager").get_secret_value(SecretId=event["secret"])["SecretString"]
    if action == "import":
        import lake
    return {
        "calls": calls,
        "pid": os.getpid(),
        "mart": event.get("mart"),
        "name": context.function_name,
        "left": context.get_remaining_time_in_millis(),
        "greeting": os.environ["GREETING"],
        "who": boto3.client("sts").get_caller_identity()["Arn"],
    }
"""


def archive(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("handler.py", source)
    return buffer.getvalue()


def function(name: str, role_name: str = "worker", **more: Any) -> dict[str, Any]:
    return resource(
        "AWS::Lambda::Function",
        FunctionName=name,
        Role=f"{ROLE_ARN}/{role_name}",
        Runtime="python3.13",
        Handler="handler.handler",
        Code={"S3Bucket": "code", "S3Key": f"{name}.zip"},
        Timeout=more.pop("timeout", 60),
        MemorySize=256,
        Layers=["arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python313:14"],
        Environment={"Variables": {"GREETING": "hello"}},
        **more,
    )


@pytest.fixture(scope="module", autouse=True)
def stack(cloud: LocalCloud, deploy: Deploy) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="code")
    for name, source in {"works": CODE, "hurries": CODE, "broken": "import no_such_thing\n"}.items():
        s3.put_object(Bucket="code", Key=f"{name}.zip", Body=archive(source))
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
    invoke = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": f"{ARN}:works", "Payload.$": "$"},
        "ResultSelector": {"mart.$": "$.Payload.mart"},
        "Retry": [{"ErrorEquals": ["StoreIsDownError"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "End": True,
    }
    deploy(
        {
            "functions": {
                "Secret": resource("AWS::SecretsManager::Secret", Name="mine", SecretString="mine"),
                "Other": resource("AWS::SecretsManager::Secret", Name="other", SecretString="other"),
                "Worker": role(
                    "worker",
                    "lambda.amazonaws.com",
                    allow(["secretsmanager:GetSecretValue"], [f"{secret}:mine-??????"]),
                ),
                "Works": function("works"),
                "Hurries": function("hurries", timeout=1),
                "Broken": function("broken"),
                "Caller": role(
                    "caller", "states.amazonaws.com", allow(["lambda:InvokeFunction"], [f"{ARN}:works"])
                ),
                "Machine": machine("calls", {"Call": invoke}, "Call", f"{ROLE_ARN}/caller"),
            }
        }
    )


def call(cloud: LocalCloud, name: str = "works", **event: Any) -> tuple[Any, str | None]:
    """Invoke a function and return the payload and the kind of error."""
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read()), answer.get("FunctionError")


def test_function_runs_in_its_role_and_environment_and_stays_warm(cloud: LocalCloud) -> None:
    first, error = call(cloud, mart="sales")
    second, _ = call(cloud)
    assert error is None
    assert first["mart"] == "sales"
    assert (first["name"], first["greeting"]) == ("works", "hello")
    assert ":assumed-role/worker/" in first["who"]
    assert 0 < first["left"] <= 60_000
    assert (second["pid"], second["calls"]) == (first["pid"], first["calls"] + 1)


def test_exception_is_reported_with_its_type(cloud: LocalCloud) -> None:
    payload, error = call(cloud, do="fail")
    assert error is not None
    assert (payload["errorType"], payload["errorMessage"]) == ("StoreIsDownError", "no answer")


def test_secret_needs_permission(cloud: LocalCloud) -> None:
    assert call(cloud, do="secret", secret="mine") == ("mine", None)
    payload, _ = call(cloud, do="secret", secret="other")
    assert payload["errorType"] == "ClientError"
    assert "AccessDenied" in payload["errorMessage"]


def test_invocation_times_out_and_the_next_one_gets_a_new_process(cloud: LocalCloud) -> None:
    before, _ = call(cloud, "hurries")
    payload, error = call(cloud, "hurries", do="sleep")
    assert error is not None
    assert payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in payload["errorMessage"]
    after, error = call(cloud, "hurries")
    assert error is None
    assert after["pid"] != before["pid"]


def test_exit_of_the_process_is_a_runtime_error(cloud: LocalCloud) -> None:
    payload, _ = call(cloud, do="exit")
    assert payload["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in payload["errorMessage"]
    assert call(cloud)[1] is None


def test_failed_import_of_the_handler_is_reported(cloud: LocalCloud) -> None:
    payload, _ = call(cloud, "broken")
    assert payload["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_thing" in payload["errorMessage"]


def test_function_cannot_import_the_work_tree(cloud: LocalCloud) -> None:
    assert call(cloud, do="import")[0]["errorMessage"] == "No module named 'lake'"


def test_updated_code_runs_at_the_next_invocation(cloud: LocalCloud) -> None:
    changed = archive("def handler(event, context):\n    return 'changed'\n")
    cloud.client("lambda").update_function_code(FunctionName="broken", ZipFile=changed)
    assert call(cloud, "broken") == ("changed", None)


def test_state_machine_receives_the_payload(cloud: LocalCloud) -> None:
    status, output = execute(cloud, {"mart": "sales"})
    assert (status, json.loads(output)) == ("SUCCEEDED", {"mart": "sales"})


def test_state_machine_fails_with_the_error_type(cloud: LocalCloud) -> None:
    status, output = execute(cloud, {"do": "fail"})
    assert status == "FAILED"
    assert output == "StoreIsDownError"


def test_invocation_without_permission_is_denied(cloud: LocalCloud) -> None:
    client = cloud.client("lambda", f"{ROLE_ARN}/caller")
    with pytest.raises(ClientError, match="lambda:InvokeFunction"):
        client.invoke(FunctionName="hurries", Payload=b"{}")


def execute(cloud: LocalCloud, given: dict[str, Any]) -> tuple[str, str]:
    """Run the state machine and return its status, and its output or error."""
    client = cloud.client("stepfunctions")
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:calls"
    started = client.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]
    cloud.wait_idle(60)
    ended = client.describe_execution(executionArn=started)
    return ended["status"], ended.get("output") or ended["error"]
