"""Clients of tasks take and return JSON values, with names in PascalCase for `aws-sdk` calls."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from localcloud.stepfunctions.client import TaskClient, to_json, without_none

ARN = "arn:aws:states:us-east-1:123456789012:execution:idle:x"


class FakeClient:
    """Answers every call with `answer` and keeps its parameters; the service model is boto3's."""

    def __init__(self, service: str, answer: dict[str, Any] | ClientError) -> None:
        session: Any = boto3.Session(region_name="us-east-1")
        self.meta = session.client(service).meta
        self.answer = answer
        self.parameters: dict[str, Any] = {}

    def __getattr__(self, action: str) -> Any:
        def call(**parameters: Any) -> Any:
            self.parameters = parameters
            if isinstance(self.answer, ClientError):
                raise self.answer
            return self.answer

        return call


def test_none_is_dropped_at_every_depth() -> None:
    assert without_none({"a": None, "b": [{"c": None, "d": 0}], "e": ""}) == {"b": [{"d": 0}], "e": ""}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2025, 8, 1, 12, tzinfo=dt.UTC), "2025-08-01T12:00:00.000Z"),
        (dt.datetime(2025, 8, 1, 12), "2025-08-01T12:00:00.000Z"),
        (dt.datetime(2025, 8, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2025-08-01T10:00:00.000Z"),
        (Decimal("1.5"), 1.5),
        ([{"at": Decimal(2)}], [{"at": 2.0}]),
    ],
)
def test_values_become_json(value: Any, expected: Any) -> None:
    assert to_json(value) == expected


def test_body_becomes_text() -> None:
    body = "señal".encode()
    assert to_json({"Body": StreamingBody(io.BytesIO(body), len(body))}) == {"Body": "señal"}


def test_sdk_call_has_pascal_case_on_both_sides() -> None:
    started = dt.datetime(2025, 8, 1, tzinfo=dt.UTC)
    answer = {"executionArn": ARN, "startDate": started, "ResponseMetadata": {}}
    client = FakeClient("stepfunctions", answer)
    result = TaskClient(client).call_sdk("describe_execution", {"ExecutionArn": ARN, "Ignored": None})
    assert client.parameters == {"executionArn": ARN}
    assert result == {"ExecutionArn": ARN, "StartDate": "2025-08-01T00:00:00.000Z"}


def test_keys_of_maps_are_not_renamed() -> None:
    client = FakeClient("dynamodb", {"Item": {"owner": {"S": "x"}}})
    result = TaskClient(client).call_sdk("get_item", {"TableName": "t", "Key": {"domain": {"S": "shop"}}})
    assert client.parameters["Key"] == {"domain": {"S": "shop"}}
    assert result == {"Item": {"owner": {"S": "x"}}}


def test_payload_of_a_function_is_a_stream() -> None:
    payload = StreamingBody(io.BytesIO(b"{}"), 2)
    answer = TaskClient(FakeClient("lambda", {"Payload": payload})).invoke(FunctionName="f")
    assert answer["Payload"].read() == b"{}"


def test_error_has_a_request_id() -> None:
    error = ClientError({"Error": {"Code": "Broken"}, "ResponseMetadata": {}}, "Publish")  # type: ignore[typeddict-item]
    with pytest.raises(ClientError) as raised:
        TaskClient(FakeClient("sns", error)).publish(Message="m")
    assert raised.value.response["ResponseMetadata"]["RequestId"] == "local"
