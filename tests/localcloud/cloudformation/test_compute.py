"""Lambda functions have the settings of their templates, and a role that Lambda may assume."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from localcloud.errors import UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, ROLE_ARN, resource, role, write_assembly
from tests.localcloud.cloudformation.conftest import DeployOutputs


@pytest.fixture(scope="module", autouse=True)
def code(cloud: LocalCloud) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context): ...")
    cloud.client("s3").create_bucket(Bucket="code")
    cloud.client("s3").put_object(Bucket="code", Key="code.zip", Body=buffer.getvalue())


def function(name: str, role_name: str, **more: Any) -> dict[str, Any]:
    settings = {
        "FunctionName": name,
        "Role": f"{ROLE_ARN}/{role_name}",
        "Runtime": "python3.13",
        "Handler": "handler.handler",
        "Code": {"S3Bucket": "code", "S3Key": "code.zip"},
        "Timeout": 30,
        **more,
    }
    return resource("AWS::Lambda::Function", **settings)


def test_function_has_its_settings(cloud: LocalCloud, tmp_path: Path, deploy_outputs: DeployOutputs) -> None:
    worker = role("function", "lambda.amazonaws.com")
    stack = {"Role": worker, "Function": function("settings", "function", Layers=["ignored"])}
    values = deploy_outputs("compute", stack, {"Function": "Arn"})
    assert values["FunctionRef"] == "settings"
    assert values["FunctionArn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:settings"
    changed = {**stack, "Function": function("settings", "function", Timeout=60)}
    cloud.deploy(write_assembly(tmp_path, {"compute": changed}))
    assert cloud.client("lambda").get_function_configuration(FunctionName="settings")["Timeout"] == 60


def test_role_that_lambda_may_not_assume_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    stack = {"Role": role("other", "glue.amazonaws.com"), "Function": function("refused", "other")}
    with pytest.raises(UnsupportedError, match="Lambda may not assume the function's role"):
        cloud.deploy(write_assembly(tmp_path, {"refused-function": stack}))


def test_property_without_effect_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    stack = {"Role": role("vpc", "lambda.amazonaws.com"), "Function": function("vpc", "vpc", VpcConfig={})}
    with pytest.raises(UnsupportedError, match="VpcConfig are not applied locally"):
        cloud.deploy(write_assembly(tmp_path, {"vpc-function": stack}))
