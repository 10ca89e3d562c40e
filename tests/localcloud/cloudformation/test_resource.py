"""Undeclared types, properties without effect and unknown attributes are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.cloudformation.resource import check_types, supported
from localcloud.errors import UnsupportedError
from localcloud.server import LocalCloud
from tests.localcloud.assembly import resource, write_assembly


def test_unknown_types_are_all_listed() -> None:
    types = {"A": "AWS::Quantum::Computer", "B": "Custom::Thing", "C": "AWS::S3::Bucket"}
    with pytest.raises(UnsupportedError, match=r"(?s)^template: 2 .*Computer \(A\).*Custom::Thing \(B\)"):
        check_types(types)


def test_supported_properties_are_selected_and_ignored_ones_dropped() -> None:
    properties = {"Name": "a", "Size": 1, "Tags": []}
    assert supported(properties, "Name", "Size", "Colour", type_name="T", ignored=("Tags",)) == {
        "Name": "a",
        "Size": 1,
    }


def test_supported_raises_for_another_property() -> None:
    with pytest.raises(UnsupportedError, match="T: the properties Colour, Size are not applied locally"):
        supported({"Size": 1, "Colour": "red"}, "Name", type_name="T")


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"WebsiteConfiguration": {"IndexDocument": "i"}}, "WebsiteConfiguration are not applied"),
        ({"NotificationConfiguration": {"QueueConfigurations": []}}, "QueueConfigurations are not applied"),
    ],
)
def test_property_without_effect_is_refused(
    cloud: LocalCloud, tmp_path: Path, properties: dict[str, Any], message: str
) -> None:
    name = f"refused-{len(message)}"
    bucket = resource("AWS::S3::Bucket", BucketName=name, **properties)
    with pytest.raises(UnsupportedError, match=message):
        cloud.deploy(write_assembly(tmp_path, {name: {"Bucket": bucket}}))


def test_unknown_attribute_is_refused(cloud: LocalCloud, tmp_path: Path) -> None:
    bucket = resource("AWS::S3::Bucket", BucketName="attribute")
    topic = resource("AWS::SNS::Topic", TopicName="x", DisplayName={"Fn::GetAtt": ["Bucket", "Colour"]})
    with pytest.raises(UnsupportedError, match="the attribute 'Colour' of Fn::GetAtt is not known"):
        cloud.deploy(write_assembly(tmp_path, {"attribute": {"Bucket": bucket, "Topic": topic}}))


def test_generated_name_replaces_a_missing_one(cloud: LocalCloud, tmp_path: Path) -> None:
    cloud.deploy(write_assembly(tmp_path, {"unnamed": {"Queue": resource("AWS::SQS::Queue")}}))
    (found,) = cloud.client("cloudformation").describe_stack_resources(StackName="unnamed")["StackResources"]
    assert "unnamed" in found["PhysicalResourceId"]


def test_type_without_update_is_created_again(cloud: LocalCloud, tmp_path: Path) -> None:
    def deploy(description: str) -> str:
        group = resource("AWS::Athena::WorkGroup", Name="replaced", Description=description)
        cloud.deploy(write_assembly(tmp_path / description, {"replaced": {"Group": group}}))
        described = cloud.client("athena").get_work_group(WorkGroup="replaced")
        return str(described["WorkGroup"]["Description"])

    assert [deploy("old"), deploy("new")] == ["old", "new"]
