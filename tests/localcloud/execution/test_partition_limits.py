"""Batch calls on partitions have the limits of the service."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.execution.conftest import DATABASE, Cloud

PLACE: Any = {"DatabaseName": DATABASE, "TableName": "limited"}


@pytest.fixture(scope="module")
def glue(cloud: Cloud) -> Any:
    cloud.put_table("limited", {"page": "string"}, {"batch": "string"})
    return cloud.client("glue")


def values(count: int) -> list[dict[str, list[str]]]:
    return [{"Values": [f"b{number}"]} for number in range(count)]


def test_call_with_too_many_partitions_changes_none(glue: Any) -> None:
    updates = [{"PartitionValueList": each["Values"], "PartitionInput": each} for each in values(101)]
    for call, parameters, limit in (
        (glue.batch_create_partition, {"PartitionInputList": values(101)}, 100),
        (glue.batch_update_partition, {"Entries": updates}, 100),
        (glue.batch_delete_partition, {"PartitionsToDelete": values(26)}, 25),
    ):
        with pytest.raises(ClientError, match=f"ValidationException.*less than or equal to {limit}"):
            call(**PLACE, **parameters)
    assert glue.get_partitions(**PLACE)["Partitions"] == []


def test_partition_needs_a_value_for_each_key(glue: Any) -> None:
    with pytest.raises(ClientError, match="InvalidInputException"):
        glue.batch_create_partition(**PLACE, PartitionInputList=[{"Values": ["b1", "2025"]}])
