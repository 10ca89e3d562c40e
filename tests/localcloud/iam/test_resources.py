"""Calls are mapped to the resource ARNs and condition keys that IAM decides on."""

from __future__ import annotations

from typing import Any

import pytest

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
        (
            "logs",
            "PutLogEvents",
            {"logGroupName": "g", "logStreamName": "s"},
            [f"arn:aws:logs:{HERE}:log-group:g:log-stream:s"],
        ),
        ("events", "PutEvents", {}, [f"arn:aws:events:{HERE}:event-bus/default"]),
        ("lambda", "Invoke", {"FunctionName": "f"}, [f"arn:aws:lambda:{HERE}:function:f"]),
        ("sts", "AssumeRole", {"RoleArn": "arn:r"}, ["arn:r"]),
    ],
)
def test_calls_have_resources(
    service: str, operation: str, params: dict[str, Any], resources: list[str]
) -> None:
    assert resources_of(service, operation, params, HERE) == resources


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
