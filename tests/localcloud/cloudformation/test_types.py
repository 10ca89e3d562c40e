"""Each resource type arrives in its service as the template says, and Ref and GetAtt mean what AWS says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.localcloud.assembly import (
    ACCOUNT,
    MACHINE_ARN,
    QUEUE_ARN,
    REGION,
    ROLE_ARN,
    machine,
    resource,
    role,
    write_assembly,
)

PASS = {"Start": {"Type": "Pass", "Parameters": {"to": "${Target}"}, "End": True}}
POLICY = {"Version": "2012-10-17", "Statement": []}


def outputs() -> dict[str, Any]:
    """Refs and attributes of all resources, as outputs of the stack."""
    wanted: dict[str, Any] = {f"{name}Ref": {"Ref": name} for name in _resources() if "Policy" not in name}
    attributes = {
        "Bucket": "Arn",
        "Queue": "Arn",
        "Table": "Arn",
        "Machine": "Arn",
        "Pipe": "Arn",
        "Alarm": "Arn",
    }
    wanted |= {
        f"{name}{attribute}": {"Fn::GetAtt": [name, attribute]} for name, attribute in attributes.items()
    }
    return {name: {"Value": value} for name, value in wanted.items()}


def _resources() -> dict[str, Any]:
    lifecycle = [
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
    encryption = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    blocked = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    substituted = machine("machine", PASS, "Start", f"{ROLE_ARN}/any")
    substituted["Properties"]["DefinitionSubstitutions"] = {"Target": {"Ref": "Topic"}}
    return {
        "Role": role("any", "states.amazonaws.com"),
        "Bucket": resource(
            "AWS::S3::Bucket",
            BucketName="typed",
            VersioningConfiguration={"Status": "Enabled"},
            LifecycleConfiguration={"Rules": lifecycle},
            BucketEncryption={"ServerSideEncryptionConfiguration": encryption},
            PublicAccessBlockConfiguration=dict.fromkeys(blocked, True),
            NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        ),
        "BucketPolicy": resource("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=POLICY),
        "DeadLetters": resource("AWS::SQS::Queue", QueueName="dead"),
        "Queue": resource(
            "AWS::SQS::Queue",
            QueueName="queue",
            VisibilityTimeout=77,
            SqsManagedSseEnabled=True,
            RedrivePolicy={
                "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
                "maxReceiveCount": 3,
            },
        ),
        "QueuePolicy": resource("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=POLICY),
        "Topic": resource("AWS::SNS::Topic", TopicName="topic"),
        "TopicPolicy": resource("AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=POLICY),
        "Table": resource(
            "AWS::DynamoDB::Table",
            TableName="leases",
            AttributeDefinitions=[{"AttributeName": "domain", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "domain", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        ),
        "Machine": substituted,
        "Pipe": resource(
            "AWS::Pipes::Pipe",
            Name="pipe",
            RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
            Source={"Fn::GetAtt": ["Queue", "Arn"]},
            Target={"Ref": "Machine"},
            DesiredState="STOPPED",
        ),
        "Alarm": resource(
            "AWS::CloudWatch::Alarm",
            AlarmName="alarm",
            Namespace="AWS/States",
            MetricName="ExecutionsFailed",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Period=60,
            Threshold=0,
            Statistic="Sum",
        ),
        "Job": resource(
            "AWS::Glue::Job",
            Name="job",
            Role={"Ref": "Role"},
            GlueVersion="6.0",
            Command={"Name": "glueetl", "ScriptLocation": "s3://x/y.py"},
            DefaultArguments={"--domain": "shop"},
            ExecutionProperty={"MaxConcurrentRuns": 1},
        ),
        "Workgroup": resource(
            "AWS::Athena::WorkGroup",
            Name="workgroup",
            WorkGroupConfiguration={
                "EnforceWorkGroupConfiguration": True,
                "BytesScannedCutoffPerQuery": 10_000_000,
            },
        ),
        "Query": resource(
            "AWS::Athena::NamedQuery",
            Name="query",
            Database="default",
            QueryString="SELECT 1",
            WorkGroup={"Ref": "Workgroup"},
        ),
        "Secret": resource(
            "AWS::SecretsManager::Secret",
            Name="secret",
            GenerateSecretString={
                "SecretStringTemplate": '{"user": "caudal"}',
                "GenerateStringKey": "password",
            },
        ),
    }


@pytest.fixture(scope="module")
def values(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    template = {"Resources": _resources(), "Outputs": outputs()}
    cloud.deploy(write_assembly(tmp_path_factory.mktemp("types"), {"types": template}))
    stack = cloud.client("cloudformation").describe_stacks(StackName="types")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_references(cloud: LocalCloud, values: dict[str, str]) -> None:
    assert values["BucketRef"] == "typed"
    assert values["BucketArn"] == "arn:aws:s3:::typed"
    assert values["QueueRef"] == f"{cloud.endpoint}/{ACCOUNT}/queue"
    assert values["QueueArn"] == f"{QUEUE_ARN}:queue"
    assert values["TopicRef"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"
    assert values["TableRef"] == "leases"
    assert values["TableArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/leases"
    assert values["MachineRef"] == values["MachineArn"] == f"{MACHINE_ARN}:machine"
    assert (values["PipeRef"], values["JobRef"], values["AlarmRef"]) == ("pipe", "job", "alarm")
    assert values["WorkgroupRef"] == "workgroup"
    assert values["SecretRef"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:secret")


def test_bucket_properties(cloud: LocalCloud, values: dict[str, str]) -> None:
    s3 = cloud.client("s3")
    assert s3.get_bucket_versioning(Bucket="typed")["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket="typed")["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket="typed")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    old, logs = s3.get_bucket_lifecycle_configuration(Bucket="typed")["Rules"]
    assert old["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert (logs["Expiration"]["Days"], logs["Transitions"][0]["Days"]) == (90, 30)
    assert logs["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


def test_queue_properties(cloud: LocalCloud, values: dict[str, str]) -> None:
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=values["QueueRef"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "77"
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": f"{QUEUE_ARN}:dead", "maxReceiveCount": 3}


def test_definition_substitutions(cloud: LocalCloud, values: dict[str, str]) -> None:
    described = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=values["MachineArn"])
    assert json.loads(described["definition"])["States"]["Start"]["Parameters"] == {"to": values["TopicRef"]}


def test_job_workgroup_query_and_secret(cloud: LocalCloud, values: dict[str, str]) -> None:
    assert cloud.client("glue").get_job(JobName="job")["Job"]["DefaultArguments"] == {"--domain": "shop"}
    athena = cloud.client("athena")
    group = athena.get_work_group(WorkGroup="workgroup")["WorkGroup"]["Configuration"]
    assert group["BytesScannedCutoffPerQuery"] == 10_000_000
    assert athena.get_named_query(NamedQueryId=values["QueryRef"])["NamedQuery"]["QueryString"] == "SELECT 1"
    secret = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"])
    assert (secret["user"], len(secret["password"])) == ("caudal", 32)
