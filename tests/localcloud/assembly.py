"""Small cloud assemblies in the shapes that CDK writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Template = dict[str, Any]

ACCOUNT = "123456789012"
REGION = "us-east-1"
ASSET = "f" * 64

MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role"


def allow(actions: list[str], resources: list[str], **more: Any) -> Template:
    """A statement that allows actions on resources."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def role(name: str, service: str, *statements: Template) -> Template:
    """A role that one service may assume, with one inline policy."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    policy = {
        "PolicyName": "main",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [policy],
        },
    }


def resource(kind: str, **properties: Any) -> Template:
    """A resource of a type."""
    return {"Type": kind, "Properties": properties}


def machine(name: str, states: Template, start: str, role_arn: str) -> Template:
    """A state machine whose definition is joined text, as CDK writes it."""
    definition = json.dumps({"StartAt": start, "States": states})
    half = len(definition) // 2
    return resource(
        "AWS::StepFunctions::StateMachine",
        StateMachineName=name,
        RoleArn=role_arn,
        DefinitionString={"Fn::Join": ["", [definition[:half], definition[half:]]]},
    )


def write_assembly(folder: Path, stacks: dict[str, Template], *, asset: bytes | None = None) -> Path:
    """Write an assembly whose stacks each depend on those before, with one file asset; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    artifacts: Template = {}
    for name, resources in stacks.items():
        file = f"{name}.template.json"
        template = resources if "Resources" in resources else {"Resources": resources}
        (folder / file).write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "dependencies": list(stacks)[: list(stacks).index(name)],
            "properties": {"templateFile": file},
        }
    # Later stacks come first, so that the order of deployment must come from the dependencies.
    manifest = {"version": "40.0.0", "artifacts": dict(reversed(artifacts.items()))}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    if asset is not None:
        _write_asset(folder, asset)
    return folder


def _write_asset(folder: Path, content: bytes) -> None:
    (folder / f"asset.{ASSET}.txt").write_bytes(content)
    destination = {
        "bucketName": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}",
        "objectKey": f"{ASSET}.txt",
    }
    source = {"path": f"asset.{ASSET}.txt", "packaging": "file"}
    files = {ASSET: {"source": source, "destinations": {"main": destination}}}
    (folder / "stack.assets.json").write_text(json.dumps({"version": "40.0.0", "files": files}))
