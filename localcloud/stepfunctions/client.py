"""boto3 clients as Step Functions uses them: values in and out are JSON."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.response import StreamingBody

from localcloud.context import Context


class TaskClient:
    """Wraps a client: parameters that are None are left out, responses are made of JSON values."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, action: str) -> Any:
        def call(**parameters: Any) -> Any:
            answer = to_json(self._call(action, without_none(parameters)))
            if action == "invoke":
                # The interpreter reads the payload of a function itself.
                answer["Payload"] = io.BytesIO(answer["Payload"].encode())
            return answer

        return call

    def _call(self, action: str, parameters: dict[str, Any]) -> Any:
        try:
            return getattr(self._client, action)(**parameters)
        except ClientError as error:
            # moto's interpreter puts the id into the cause, moto's services do not all send one.
            error.response["ResponseMetadata"].setdefault("RequestId", "local")
            raise

    def call_sdk(self, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """An `aws-sdk` call, whose parameters and results are spelled in PascalCase whatever the API does."""
        operation = self._client.meta.service_model.operation_model(
            self._client.meta.method_to_api_mapping[action]
        )
        spelled = _spell(without_none(parameters), operation.input_shape)
        response = to_json(self._call(action, spelled))
        response.pop("ResponseMetadata", None)
        result: dict[str, Any] = _pascal(response, operation.output_shape)
        return result


def task_client(context: Context, service: str, role_arn: str) -> TaskClient:
    """A client in a state machine's role."""
    return TaskClient(context.client(service, role_arn))


def without_none(value: Any) -> Any:
    """A path that selects nothing yields None, which the API would refuse as a parameter."""
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


def to_json(value: Any) -> Any:
    """Datetimes as ISO 8601 in UTC, bodies as text."""
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


def _spell(value: Any, shape: Shape | None) -> Any:
    """Parameters as the API spells them: `ExecutionArn` → `executionArn`."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {member.lower(): member for member in shape.members}
        spelled: dict[str, Any] = {names.get(str(key).lower(), str(key)): item for key, item in value.items()}
        return {key: _spell(item, shape.members.get(key)) for key, item in spelled.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_spell(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _spell(item, shape.value) for key, item in value.items()}
    return value


def _pascal(value: Any, shape: Shape | None) -> Any:
    """Results with the names of structures' members capitalised; the keys of maps are data and stay."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            key[0].upper() + key[1:]: _pascal(item, shape.members.get(key)) for key, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_pascal(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _pascal(item, shape.value) for key, item in value.items()}
    return value
