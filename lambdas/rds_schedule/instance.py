"""The database instance: its state in words that callers decide by, and its start and stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import ClientError

from lake.naming import DatabaseStatus

AVAILABLE = "available"

USABLE = frozenset(
    {
        AVAILABLE, "backing-up", "storage-optimization", "storage-config-upgrade",
        "configuring-enhanced-monitoring", "configuring-iam-database-auth", "configuring-log-exports",
    }
)  # fmt: skip
"""States in which the server answers."""

SLEEPING = frozenset({"stopped", "stopping"})

BROKEN = (
    "failed", "incompatible-", "restore-error", "inaccessible-encryption-credentials",
    "insufficient-capacity", "deleting", "deleted", "storage-full", "missing",
)  # fmt: skip
"""Beginnings of states that an instance does not leave by itself."""


def status_of(state: str) -> str:
    """Return the status of a state of RDS. An unknown state is one between two others."""
    if state in USABLE:
        return DatabaseStatus.READY
    if state in SLEEPING:
        return DatabaseStatus.ASLEEP
    return DatabaseStatus.UNUSABLE if state.startswith(BROKEN) else DatabaseStatus.WAIT


class Client(Protocol):
    """The operations of boto3's client of RDS that the function uses."""

    def describe_db_instances(self, *, DBInstanceIdentifier: str) -> Any:
        """Describe an instance."""

    def start_db_instance(self, *, DBInstanceIdentifier: str) -> Any:
        """Start an instance."""

    def stop_db_instance(self, *, DBInstanceIdentifier: str) -> Any:
        """Stop an instance."""


class Instance:
    """One database instance."""

    def __init__(self, client: Client, name: str) -> None:
        self._rds = client
        self._name = name

    def state(self) -> str:
        """Return RDS's word for the instance's state, or "missing" if there is no instance."""
        try:
            answer = self._rds.describe_db_instances(DBInstanceIdentifier=self._name)
        except ClientError as error:
            if _code(error) in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
                return "missing"
            raise
        return str(answer["DBInstances"][0]["DBInstanceStatus"])

    def start(self) -> bool:
        """Ask RDS to start the instance. Return False if it has left the state in which that is possible."""
        return _is_accepted(lambda: self._rds.start_db_instance(DBInstanceIdentifier=self._name))

    def stop(self) -> bool:
        """Ask RDS to stop the instance. Return False if it has left the state in which that is possible."""
        return _is_accepted(lambda: self._rds.stop_db_instance(DBInstanceIdentifier=self._name))


def _is_accepted(change: Callable[[], Any]) -> bool:
    """Return whether RDS accepts a change in the instance's present state."""
    try:
        change()
    except ClientError as error:
        if _code(error) in ("InvalidDBInstanceState", "InvalidDBInstanceStateFault"):
            return False
        raise
    return True


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
