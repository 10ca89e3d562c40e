"""boto3 clients for the tasks of state machines, with parameters and results that are JSON values."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.response import StreamingBody

from localcloud.context import Context

SERVICE = "states.amazonaws.com"
"""The principal that assumes the roles of state machines."""


class TaskClient:
    """Wraps a boto3 client: drops parameters that are None and returns responses as JSON values."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, action: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = to_json(self._call(action, without_none(parameters)))
            if action == "invoke":
                # moto's interpreter expects a function's payload as a stream.
                answer["Payload"] = io.BytesIO(answer["Payload"].encode())
            return answer

        return call

    def _call(self, action: str, parameters: dict[str, Any]) -> Any:
        try:
            return getattr(self._client, action)(**parameters)
        except ClientError as error:
            # moto's interpreter puts the request id into the cause, but not every service of moto sends one.
            error.response["ResponseMetadata"].setdefault("RequestId", "local")
            raise

    def call_sdk(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the result of an `aws-sdk` call, with parameters and results in PascalCase for every API."""
        operation = self._client.meta.service_model.operation_model(
            self._client.meta.method_to_api_mapping[action]
        )
        renamed = _to_api_names(without_none(parameters), operation.input_shape)
        response = to_json(self._call(action, renamed))
        response.pop("ResponseMetadata", None)
        result: dict[str, Any] = _to_pascal_case(response, operation.output_shape)
        return result


def task_client(context: Context, service: str, role_arn: str) -> TaskClient:
    """Return a client in a state machine's role."""
    return TaskClient(context.client(service, role_arn))


def without_none(value: Any) -> Any:
    """Return a value without its None members: a path that selects nothing yields None, which APIs refuse."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


def to_json(value: Any) -> Any:
    """Return a response as JSON values: datetimes as ISO 8601 in UTC, bodies as text, decimals as floats."""
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dt.datetime):
        utc = value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, StreamingBody):
        return value.read().decode("utf-8")
    if isinstance(value, Decimal):
        return float(value)
    return value


def _to_api_names(value: Any, shape: Shape | None) -> Any:
    """Return parameters with the names of the API: `ExecutionArn` → `executionArn`."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {member.lower(): member for member in shape.members}
        renamed: dict[str, Any] = {names.get(str(key).lower(), str(key)): item for key, item in value.items()}
        return {key: _to_api_names(item, shape.members.get(key)) for key, item in renamed.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_to_api_names(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _to_api_names(item, shape.value) for key, item in value.items()}
    return value


def _to_pascal_case(value: Any, shape: Shape | None) -> Any:
    """Return results with capitalised member names. Keys of maps are data and stay as they are."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            key[0].upper() + key[1:]: _to_pascal_case(item, shape.members.get(key))
            for key, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_to_pascal_case(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _to_pascal_case(item, shape.value) for key, item in value.items()}
    return value
