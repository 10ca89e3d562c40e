"""Limits of the Glue API for partitions, which moto does not check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.glue.models import GlueBackend

from localcloud.patching import replace

CREATE_LIMIT = 100
UPDATE_LIMIT = 100
DELETE_LIMIT = 25
"""The most partitions that one call of the Glue API creates, updates or deletes."""


def check_count(member: str, items: Sequence[Any], limit: int) -> None:
    """Raise ValidationException, as the service does, for more items than a call may have."""
    if len(items) > limit:
        raise JsonRESTError(
            "ValidationException",
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must "
            f"have length less than or equal to {limit}",
        )


def check_values(backend: GlueBackend, database: str, table: str, values: Sequence[str]) -> None:
    """Raise InvalidInputException for a partition with another number of values than its table has keys."""
    keys = backend.get_table(database, table).as_dict().get("PartitionKeys", [])
    if len(values) != len(keys):
        raise JsonRESTError(
            "InvalidInputException",
            "The number of partition keys do not match the number of partition values",
        )


def install() -> None:
    """Check the partitions of moto's batch calls before they change any."""
    _check("batch_create_partition", "partitionInputList", CREATE_LIMIT, lambda item: item)
    _check("batch_update_partition", "entries", UPDATE_LIMIT, lambda item: item["PartitionInput"])
    _check("batch_delete_partition", "partitionsToDelete", DELETE_LIMIT, lambda item: item)


def _check(name: str, member: str, limit: int, partition: Callable[[Any], Any]) -> None:
    """Check the items of the backend's call `name`; `partition` returns the part that has the values."""

    def checked(self: GlueBackend, database: str, table: str, items: list[Any]) -> list[Any]:
        check_count(member, items, limit)
        for item in items:
            check_values(self, database, table, partition(item).get("Values", []))
        errors: list[Any] = original(self, database, table, items)
        return errors

    original = replace(GlueBackend, name, checked)
