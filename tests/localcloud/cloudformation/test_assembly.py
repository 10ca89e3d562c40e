"""Stacks deploy in order, with assets, references and exports; unknown resource types are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.cloudformation.assembly import read_stacks
from localcloud.errors import DeployError, UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, ASSET, REGION, resource, write_assembly

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}"


def bucket(name: str, **properties: Any) -> dict[str, Any]:
    return {"Bucket": resource("AWS::S3::Bucket", BucketName=name, **properties)}


def test_stacks_are_sorted_by_dependency(tmp_path: Path) -> None:
    stacks: dict[str, Any] = {name: bucket(f"order-{name}") for name in ("first", "second", "third")}
    assert [stack.name for stack in read_stacks(write_assembly(tmp_path, stacks))] == [
        "first",
        "second",
        "third",
    ]


def test_folder_without_assembly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="Run `caudal synth` first"):
        read_stacks(tmp_path)


def test_exports_are_imported_and_unchanged_stacks_are_not_deployed(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    exporting = {
        "Resources": bucket("exporting"),
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}, "Export": {"Name": "lake:arn"}}},
    }
    imported = {
        "Topic": resource("AWS::SNS::Topic", TopicName="t", DisplayName={"Fn::ImportValue": "lake:arn"})
    }
    folder = write_assembly(tmp_path, {"exporting": exporting, "importing": imported})
    assert cloud.deploy(folder) == ["exporting", "importing"]
    attributes = cloud.client("sns").get_topic_attributes(TopicArn=f"{TOPIC}:t")["Attributes"]
    assert attributes["DisplayName"] == "arn:aws:s3:::exporting"
    assert cloud.deploy(folder) == []


def test_changed_stack_is_updated(cloud: LocalCloud, tmp_path: Path) -> None:
    def version(description: str, **more: Any) -> dict[str, Any]:
        database = {"Name": "changing", "Description": description}
        table = {"Name": "kept", "StorageDescriptor": {"Columns": [], "Location": "s3://x/y/"}}
        return {
            "Database": resource("AWS::Glue::Database", CatalogId=ACCOUNT, DatabaseInput=database),
            "Table": resource(
                "AWS::Glue::Table", CatalogId=ACCOUNT, DatabaseName={"Ref": "Database"}, TableInput=table
            ),
            **more,
        }

    cloud.deploy(write_assembly(tmp_path / "1", {"changing": version("old", **bucket("removed-bucket"))}))
    cloud.deploy(write_assembly(tmp_path / "2", {"changing": version("new")}))
    glue = cloud.client("glue")
    assert glue.get_database(Name="changing")["Database"]["Description"] == "new"
    assert [table["Name"] for table in glue.get_tables(DatabaseName="changing")["TableList"]] == ["kept"]
    assert "removed-bucket" not in [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]


def test_assets_are_uploaded_once(cloud: LocalCloud, tmp_path: Path) -> None:
    folder = write_assembly(tmp_path, {"with-asset": bucket("with-asset")}, asset=b"print(1)")
    cloud.deploy(folder)
    where = {"Bucket": f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}", "Key": f"{ASSET}.txt"}
    before = cloud.client("s3").head_object(**where)["LastModified"]
    cloud.deploy(folder)
    assert cloud.client("s3").get_object(**where)["Body"].read() == b"print(1)"
    assert cloud.client("s3").head_object(**where)["LastModified"] == before


def test_bootstrap_version_is_available_to_templates(cloud: LocalCloud, tmp_path: Path) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}
    template = {
        "Parameters": {"BootstrapVersion": parameter},
        "Resources": bucket("bootstrapped"),
        "Outputs": {"Version": {"Value": {"Ref": "BootstrapVersion"}}},
    }
    cloud.deploy(write_assembly(tmp_path, {"bootstrapped": template}))
    outputs = cloud.client("cloudformation").describe_stacks(StackName="bootstrapped")["Stacks"][0]["Outputs"]
    assert int(outputs[0]["OutputValue"]) >= 6


def test_unknown_types_are_listed_before_anything_is_created(cloud: LocalCloud, tmp_path: Path) -> None:
    unknown = {"A": resource("AWS::Quantum::Computer"), "B": resource("Custom::Thing")}
    folder = write_assembly(tmp_path, {"fine": bucket("never-created"), "unknown": unknown})
    with pytest.raises(UnsupportedError, match=r"(?s)AWS::Quantum::Computer \(A\).*Custom::Thing \(B\)"):
        cloud.deploy(folder)
    assert "never-created" not in [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]


def test_error_of_a_service_names_the_stack(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"stack broken: .*InvalidBucketName"):
        cloud.deploy(write_assembly(tmp_path, {"broken": bucket("no")}))
