"""The loads that keep the database awake: one item in the table of leases, changed under its version."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from lake.errors import CaudalError
from lake.naming.relational import DATABASE_LEASES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ATTEMPTS = 10


@dataclass
class Memory:
    """What the function remembers between two calls.

    - `loads`: execution → the end of its lease, in seconds since 1970.
    - `stop_wanted`: the database is to be stopped outside office hours, as soon as its state and the loads in
      progress allow it.
    - `restarted`: AWS started the database because it was stopped for seven days; it was not stopped since.
    - `stopping`: when a call last decided to stop the database, in seconds since 1970; 0 if none did.
    """

    loads: dict[str, float] = field(default_factory=dict)
    stop_wanted: bool = False
    restarted: bool = False
    stopping: float = 0.0

    def live(self, now: float) -> list[str]:
        """Return the executions whose lease has not ended; one that died leaves its own behind."""
        return [execution for execution, until in self.loads.items() if until > now]


class Leases:
    """The stored memory."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._dynamodb = client
        self._table = table

    def read(self) -> Memory:
        """Return the memory; an empty one before the first call."""
        return self._read()[0]

    def change(self, change: Callable[[Memory], None]) -> Memory:
        """Apply a change, again if another call came in between; return the memory after it."""
        for _ in range(ATTEMPTS):
            memory, version = self._read()
            change(memory)
            try:
                self._write(memory, version)
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                continue
            return memory
        raise CaudalError(
            f"the item '{DATABASE_LEASES}' has changed {ATTEMPTS} times in between.",
            where=f"table {self._table}",
            hint="Invoke the function again.",
        )

    def _read(self) -> tuple[Memory, int]:
        key = {"domain": {"S": DATABASE_LEASES}}
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return Memory(), 0
        return Memory(**json.loads(item["memory"]["S"])), int(item["version"]["N"])

    def _write(self, memory: Memory, version: int) -> None:
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                "domain": {"S": DATABASE_LEASES},
                "memory": {"S": json.dumps(asdict(memory))},
                "version": {"N": str(version + 1)},
            },
            ConditionExpression="attribute_not_exists(#domain) OR version = :version",
            ExpressionAttributeNames={"#domain": "domain"},
            ExpressionAttributeValues={":version": {"N": str(version)}},
        )
