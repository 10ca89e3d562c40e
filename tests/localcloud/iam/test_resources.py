"""Calls are mapped to the resource ARNs and condition keys that IAM decides on."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from localcloud.iam.resources import condition_keys_of, resources_of

HERE = "us-east-1:123456789012"
GLUE = f"arn:aws:glue:{HERE}"


@pytest.mark.parametrize(
    ("service", "operation", "params", "resources"),
    [
        ("glue", "StartCrawler", {"Name": "c"}, [f"{GLUE}:crawler/c"]),
        ("glue", "StartJobRun", {"JobName": "j"}, [f"{GLUE}:job/j"]),
        (
            "glue",
            "GetTable",
            {"DatabaseName": "d", "Name": "t"},
            [f"{GLUE}:catalog", f"{GLUE}:database/d", f"{GLUE}:table/d/t"],
        ),
        (
            "glue",
            "GetTables",
            {"DatabaseName": "d"},
            [f"{GLUE}:catalog", f"{GLUE}:database/d", f"{GLUE}:table/d/*"],
        ),
        ("glue", "GetDatabase", {"Name": "d"}, [f"{GLUE}:catalog", f"{GLUE}:database/d"]),
        ("states", "DescribeExecution", {"executionArn": "arn:e"}, ["arn:e"]),
        ("sqs", "SendMessage", {"QueueUrl": "http://x/123456789012/q"}, [f"arn:aws:sqs:{HERE}:q"]),
        ("sns", "Publish", {"TopicArn": "arn:t"}, ["arn:t"]),
        ("dynamodb", "PutItem", {"TableName": "t"}, [f"arn:aws:dynamodb:{HERE}:table/t"]),
        ("athena", "ListNamedQueries", {}, [f"arn:aws:athena:{HERE}:workgroup/primary"]),
        ("athena", "GetDatabase", {"CatalogName": "c"}, [f"arn:aws:athena:{HERE}:datacatalog/c"]),
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "g", "logStreamName": "s"},
            [f"arn:aws:logs:{HERE}:log-group:g:log-stream:s"],
        ),
        ("events", "PutEvents", {}, [f"arn:aws:events:{HERE}:event-bus/default"]),
        ("lambda", "Invoke", {"FunctionName": "f"}, [f"arn:aws:lambda:{HERE}:function:f"]),
        (
            "quicksight",
            "CreateIngestion",
            {"DataSetId": "d", "IngestionId": "i"},
            [f"arn:aws:quicksight:{HERE}:dataset/d/ingestion/i"],
        ),
        ("quicksight", "DescribeDataSet", {"DataSetId": "d"}, [f"arn:aws:quicksight:{HERE}:dataset/d"]),
        ("quicksight", "DescribeTheme", {"ThemeId": "t"}, [f"arn:aws:quicksight:{HERE}:theme/t"]),
        ("quicksight", "ListDashboards", {}, ["*"]),
        ("sts", "AssumeRole", {"RoleArn": "arn:r"}, ["arn:r"]),
    ],
)
def test_calls_have_resources(
    service: str, operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    assert resources_of(service, operation, params, HERE) == resources


@mock_aws
def test_named_queries_and_executions_have_the_resource_of_their_workgroup() -> None:
    athena = boto3.client("athena", "us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
    athena.create_work_group(Name="analysts", Configuration={})
    query = athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1", WorkGroup="analysts")
    execution = athena.start_query_execution(QueryString="SELECT 1", WorkGroup="analysts")
    group = [f"arn:aws:athena:{HERE}:workgroup/analysts"]
    for params in (
        {"NamedQueryId": query["NamedQueryId"]},
        {"NamedQueryIds": [query["NamedQueryId"]]},
        {"QueryExecutionId": execution["QueryExecutionId"]},
        {"QueryExecutionIds": [execution["QueryExecutionId"]]},
    ):
        assert resources_of("athena", "Get", params, HERE) == group


def test_call_of_another_service_is_on_all_resources() -> None:
    assert resources_of("ec2", "DescribeInstances", {}, HERE) == ["*"]


@pytest.mark.parametrize(
    ("service", "params", "keys"),
    [
        ("monitoring", {"Namespace": "Shop"}, {"cloudwatch:namespace": "Shop"}),
        ("dynamodb", {"Key": {"domain": {"S": "shop"}}}, {"dynamodb:LeadingKeys": ("shop",)}),
        ("dynamodb", {"TableName": "t"}, {}),
        ("sqs", {"QueueName": "q"}, {}),
    ],
)
def test_calls_have_condition_keys(service: str, params: dict[str, Any], keys: dict[str, Any]) -> None:
    assert condition_keys_of(service, params) == keys
