"""S3 and DynamoDB resources have the properties and references of their templates."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import ACCOUNT, REGION, resource
from tests.localcloud.cloudformation.conftest import DeployOutputs

LIFECYCLE = [
    {"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
    {
        "Id": "logs",
        "Status": "Enabled",
        "Prefix": "logs/",
        "ExpirationInDays": 90,
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 30}],
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
]
ENCRYPTION = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
BLOCKED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
STATEMENT = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::typed/*",
}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


@pytest.fixture(scope="module")
def values(deploy_outputs: DeployOutputs) -> dict[str, str]:
    resources: dict[str, Any] = {
        "Bucket": resource(
            "AWS::S3::Bucket",
            BucketName="typed",
            VersioningConfiguration={"Status": "Enabled"},
            LifecycleConfiguration={"Rules": LIFECYCLE},
            BucketEncryption={"ServerSideEncryptionConfiguration": ENCRYPTION},
            PublicAccessBlockConfiguration=dict.fromkeys(BLOCKED, True),
            NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        ),
        "BucketPolicy": resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=POLICY),
        "Table": resource(
            "AWS::DynamoDB::Table",
            TableName="leases",
            AttributeDefinitions=[{"AttributeName": "domain", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "domain", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        ),
    }
    return deploy_outputs("storage", resources, {"Bucket": "Arn", "Table": "Arn"})


def test_ref_and_attributes_of_each_resource_are_resolved(values: dict[str, str]) -> None:
    assert values["BucketRef"] == "typed"
    assert values["BucketArn"] == "arn:aws:s3:::typed"
    assert values["TableRef"] == "leases"
    assert values["TableArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leases"


def test_bucket_has_its_properties(cloud: LocalCloud, values: dict[str, str]) -> None:
    s3 = cloud.client("s3")
    assert s3.get_bucket_versioning(Bucket="typed")["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket="typed")["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket="typed")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert "s3:GetObject" in s3.get_bucket_policy(Bucket="typed")["Policy"]


def test_lifecycle_rules_are_applied(cloud: LocalCloud, values: dict[str, str]) -> None:
    old, logs = cloud.client("s3").get_bucket_lifecycle_configuration(Bucket="typed")["Rules"]
    assert old["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert (logs["Expiration"]["Days"], logs["Transitions"][0]["Days"]) == (90, 30)
    assert logs["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


def test_table_has_its_properties(cloud: LocalCloud, values: dict[str, str]) -> None:
    backups = cloud.client("dynamodb").describe_continuous_backups(TableName="leases")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
