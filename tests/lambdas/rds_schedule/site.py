"""The function beside a database and a table of leases, both of which a test can look at and interrupt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import boto3
from botocore.exceptions import ClientError

from lambdas.rds_schedule.handler import _answer
from lambdas.rds_schedule.hours import Hours
from lambdas.rds_schedule.instance import Instance
from lambdas.rds_schedule.leases import Leases, Memory
from lambdas.rds_schedule.office import Office

DAY = datetime(2026, 1, 14, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 14, 22, tzinfo=UTC)
TABLE = "caudal-test-leases"
LEASE = 3600


@dataclass
class Database:
    """An instance as RDS shows it: it refuses what its state does not allow."""

    state: str = "available"
    calls: list[str] = field(default_factory=list)
    before_stop: Callable[[], None] = lambda: None

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:
        if self.state == "gone":
            raise self._error("DBInstanceNotFound")
        return {"DBInstances": [{"DBInstanceStatus": self.state}]}

    def start_db_instance(self, DBInstanceIdentifier: str) -> None:
        self._change("start", "stopped", "starting")

    def stop_db_instance(self, DBInstanceIdentifier: str) -> None:
        self.before_stop()
        self._change("stop", "available", "stopping")

    def _change(self, call: str, needed: str, state: str) -> None:
        if self.state != needed:
            raise self._error("InvalidDBInstanceState")
        self.calls.append(call)
        self.state = state

    def _error(self, code: str) -> ClientError:
        return ClientError({"Error": {"Code": code, "Message": "no"}}, "Call")


class Site:
    """The function beside a database and a table of leases; `now` is its clock."""

    def __init__(self) -> None:
        self.database = Database()
        self.dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        self.dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "domain", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "domain", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.now = NIGHT
        self.between: Callable[[], None] | None = None

    def get_item(self, **request: Any) -> Any:
        """Read the leases; then let another call happen, once, before the reader goes on."""
        answer = self.dynamodb.get_item(**request)
        if self.between is not None:
            between, self.between = self.between, None
            between()
        return answer

    def put_item(self, **request: Any) -> Any:
        return self.dynamodb.put_item(**request)

    @property
    def exceptions(self) -> Any:
        return self.dynamodb.exceptions

    @property
    def memory(self) -> Memory:
        """What the function remembers."""
        return Leases(self.dynamodb, TABLE).read()

    def ask(self, action: str, execution: str = "") -> str:
        return self.send({"action": action, "execution": execution})["status"]

    def event(self, number: str) -> str:
        return self.send({"detail": {"EventID": f"RDS-EVENT-{number}"}})["status"]

    def send(self, event: dict[str, Any]) -> dict[str, str]:
        office = Office(
            instance=Instance(self.database, "db"),
            leases=Leases(cast(Any, self), TABLE),
            hours=Hours(zone="Etc/UTC", start=8, length=8),
            lease_seconds=LEASE,
            now=self.now,
            due=datetime.fromisoformat(event["due"]) if "due" in event else self.now,
        )
        return _answer(office, event)
