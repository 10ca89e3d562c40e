"""Deploying a cloud assembly: its assets, then its stacks in the order of their dependencies."""

from __future__ import annotations

import graphlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cloudformation import stacks
from localcloud.cloudformation.resource import check_retained, check_types
from localcloud.context import Context
from localcloud.errors import DeployError, LocalCloudError

BOOTSTRAP_VERSION = "30"
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Stack:
    """A stack of the assembly; `template` is JSON text."""

    name: str
    template: str


def read_stacks(cdk_out: Path) -> list[Stack]:
    """Return the stacks of an assembly, each after those it depends on.

    Raises DeployError if the folder holds no assembly, or one with CDK stages.
    """
    artifacts = _artifacts(cdk_out)
    kinds = {"aws:cloudformation:stack"}
    order = graphlib.TopologicalSorter(
        {name: [d for d in a.get("dependencies", []) if d in artifacts] for name, a in artifacts.items()}
    ).static_order()
    found = []
    for name in order:
        artifact = artifacts[name]
        if artifact["type"] in kinds:
            properties = artifact["properties"]
            template = (cdk_out / properties["templateFile"]).read_text()
            found.append(Stack(properties.get("stackName", name), template))
    return found


def _artifacts(cdk_out: Path) -> dict[str, Any]:
    manifest = cdk_out / "manifest.json"
    if not manifest.exists():
        raise DeployError(
            "the folder has no cloud assembly.", where=str(cdk_out), hint="Run `caudal synth` first."
        )
    artifacts: dict[str, Any] = json.loads(manifest.read_text())["artifacts"]
    nested = [name for name, artifact in artifacts.items() if artifact["type"] == "cdk:cloud-assembly"]
    if nested:
        raise DeployError(f"stages cannot be deployed locally: {', '.join(nested)}.", where=str(cdk_out))
    return artifacts


def deploy(cdk_out: Path, context: Context, *, import_existing: bool = True) -> list[str]:
    """Upload the assets, then create or update every stack. Return the names of the stacks that changed.

    With `import_existing` the stacks take over retained resources, like `cdk deploy
    --import-existing-resources`. Raises UnsupportedError before anything is created if a resource type is
    not known, and DeployError if a stack fails.
    """
    found = read_stacks(cdk_out)
    for stack in found:
        resources = json.loads(stack.template).get("Resources", {})
        check_types({logical: resource["Type"] for logical, resource in resources.items()})
        check_retained(resources)
    _bootstrap(context)
    for manifest in sorted(cdk_out.glob("*.assets.json")):
        _upload_assets(manifest, context)
    return [stack.name for stack in found if _deploy_stack(stack, context, import_existing)]


def _bootstrap(context: Context) -> None:
    client = context.client("ssm")
    client.put_parameter(Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)


def _upload_assets(manifest: Path, context: Context) -> None:
    """Upload the file assets that are not there yet. Templates are read from disk instead."""
    client = context.client("s3")
    for asset in json.loads(manifest.read_text()).get("files", {}).values():
        source = asset["source"]
        if "path" not in source:
            raise DeployError(
                "an asset is built by a command.", where=manifest.name, hint="Bundle it at synth."
            )
        if source["path"].endswith(".template.json"):
            continue
        for destination in asset["destinations"].values():
            bucket, key = (_resolve(destination[name], context) for name in ("bucketName", "objectKey"))
            _ensure_bucket(client, bucket)
            if client.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 0:
                client.put_object(
                    Bucket=bucket, Key=key, Body=_packaged(manifest.parent / source["path"], source)
                )


def _ensure_bucket(client: Any, bucket: str) -> None:
    if bucket not in {found["Name"] for found in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=bucket)


def _resolve(text: str, context: Context) -> str:
    values = {"AWS::AccountId": context.account, "AWS::Region": context.region, "AWS::Partition": "aws"}
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    return text


def _packaged(path: Path, source: dict[str, str]) -> bytes:
    if source.get("packaging", "file") == "file":
        return path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path.rglob("*")):
            if file.is_file():
                archive.writestr(zipfile.ZipInfo(str(file.relative_to(path)), ZIP_TIME), file.read_bytes())
    return buffer.getvalue()


def _deploy_stack(stack: Stack, context: Context, import_existing: bool) -> bool:
    existing = stacks.find(context, stack.name)
    is_created = existing is None or existing.status == stacks.ROLLED_BACK
    if existing is not None and not is_created and existing.template == stack.template:
        return False
    try:
        if existing is None or is_created:
            stacks.create(context, stack.name, stack.template, import_existing=import_existing)
        else:
            stacks.update(context, existing, stack.template, import_existing=import_existing)
    except LocalCloudError:
        raise
    except Exception as error:
        raise DeployError(
            f"{type(error).__name__}: {error}",
            where=f"stack {stack.name}",
            hint="Correct it and deploy again.",
        ) from error
    return True
