"""Stacks deploy in order, with assets, references and exports; what cannot deploy is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.cloudformation.assembly import read_stacks
from localcloud.errors import DeployError, UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, ASSET, REGION, machine, resource, role, write_assembly

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}"


def bucket(name: str, **properties: Any) -> dict[str, Any]:
    return {"Bucket": resource("AWS::S3::Bucket", BucketName=name, **properties)}


def test_stacks_come_after_those_they_depend_on(tmp_path: Path) -> None:
    stacks: dict[str, Any] = {name: bucket(f"order-{name}") for name in ("first", "second", "third")}
    assert [stack.name for stack in read_stacks(write_assembly(tmp_path, stacks))] == [
        "first",
        "second",
        "third",
    ]


def test_a_folder_without_assembly(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="Run `make synth` first"):
        read_stacks(tmp_path)


def test_exports_reach_other_stacks_and_unchanged_stacks_are_left_alone(
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


def test_a_changed_stack_is_updated(cloud: LocalCloud, tmp_path: Path) -> None:
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

    cloud.deploy(write_assembly(tmp_path / "1", {"changing": version("old", **bucket("vanishing"))}))
    cloud.deploy(write_assembly(tmp_path / "2", {"changing": version("new")}))
    glue = cloud.client("glue")
    assert glue.get_database(Name="changing")["Database"]["Description"] == "new"
    assert [table["Name"] for table in glue.get_tables(DatabaseName="changing")["TableList"]] == ["kept"]
    assert "vanishing" not in [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]


def test_assets_are_uploaded_once(cloud: LocalCloud, tmp_path: Path) -> None:
    folder = write_assembly(tmp_path, {"with-asset": bucket("with-asset")}, asset=b"print(1)")
    cloud.deploy(folder)
    where = {"Bucket": f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}", "Key": f"{ASSET}.txt"}
    before = cloud.client("s3").head_object(**where)["LastModified"]
    cloud.deploy(folder)
    assert cloud.client("s3").get_object(**where)["Body"].read() == b"print(1)"
    assert cloud.client("s3").head_object(**where)["LastModified"] == before


def test_the_bootstrap_version_is_there_for_the_templates(cloud: LocalCloud, tmp_path: Path) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/hnb659fds/version"}
    template = {
        "Parameters": {"BootstrapVersion": parameter},
        "Resources": bucket("bootstrapped"),
        "Outputs": {"Version": {"Value": {"Ref": "BootstrapVersion"}}},
    }
    cloud.deploy(write_assembly(tmp_path, {"bootstrapped": template}))
    outputs = cloud.client("cloudformation").describe_stacks(StackName="bootstrapped")["Stacks"][0]["Outputs"]
    assert int(outputs[0]["OutputValue"]) >= 6


def test_unknown_types_are_listed_before_anything_is_made(cloud: LocalCloud, tmp_path: Path) -> None:
    unknown = {"A": resource("AWS::Quantum::Computer"), "B": resource("Custom::Thing")}
    folder = write_assembly(tmp_path, {"fine": bucket("never-made"), "unknown": unknown})
    with pytest.raises(UnsupportedError, match=r"(?s)AWS::Quantum::Computer \(A\).*Custom::Thing \(B\)"):
        cloud.deploy(folder)
    assert "never-made" not in [found["Name"] for found in cloud.client("s3").list_buckets()["Buckets"]]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"WebsiteConfiguration": {"IndexDocument": "i"}}, "WebsiteConfiguration are not applied"),
        ({"NotificationConfiguration": {"QueueConfigurations": []}}, "QueueConfigurations are not applied"),
    ],
)
def test_a_property_without_effect_is_refused(
    cloud: LocalCloud, tmp_path: Path, properties: dict[str, Any], message: str
) -> None:
    folder = write_assembly(
        tmp_path, {f"refused-{len(message)}": bucket(f"refused-{len(message)}", **properties)}
    )
    with pytest.raises(UnsupportedError, match=message):
        cloud.deploy(folder)


def test_an_unknown_attribute_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    topic = resource("AWS::SNS::Topic", TopicName="x", DisplayName={"Fn::GetAtt": ["Bucket", "Colour"]})
    with pytest.raises(UnsupportedError, match="Fn::GetAtt of 'Colour' is not known"):
        cloud.deploy(write_assembly(tmp_path, {"attribute": {**bucket("attribute"), "Topic": topic}}))


def test_an_error_of_a_service_names_the_stack(cloud: LocalCloud, tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"stack broken: .*InvalidBucketName"):
        cloud.deploy(write_assembly(tmp_path, {"broken": bucket("no")}))


def test_a_state_machine_that_would_not_execute_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    states = {"Start": {"Type": "Task", "Resource": "arn:aws:states:::quantum:compute", "End": True}}
    stack = {
        "Role": role("quantum", "states.amazonaws.com"),
        "Machine": machine("quantum", states, "Start", f"arn:aws:iam::{ACCOUNT}:role/quantum"),
    }
    with pytest.raises(
        UnsupportedError, match=r"Start: the resource 'arn:aws:states:::quantum:compute' is unknown"
    ):
        cloud.deploy(write_assembly(tmp_path, {"quantum": stack}))
