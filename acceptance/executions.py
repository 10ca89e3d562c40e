"""The executions of a domain's state machine, and the runs of its jobs, that started since a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from acceptance.environment import Environment
from acceptance.errors import AcceptanceError

LAST_EVENTS = 20
"""Events of a history that are read to find its present state."""


@dataclass
class Executions:
    """Follows the executions that start after it was made."""

    environment: Environment
    domain: str

    def __post_init__(self) -> None:
        self._client = self.environment.client("stepfunctions")
        self._machine = self.environment.machine(self.domain)
        self._before = {each["executionArn"] for each in self._listed()}
        self._started: list[str] = []

    def _listed(self) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_executions").paginate(stateMachineArn=self._machine)
        for page in pages:
            yield from page["executions"]

    def start(self) -> None:
        """Start an execution, as a person does."""
        started = self._client.start_execution(stateMachineArn=self._machine, input="{}")
        self._started.append(started["executionArn"])

    def new(self) -> list[dict[str, Any]]:
        """Return the executions that started since."""
        return [each for each in self._listed() if each["executionArn"] not in self._before]

    def running(self) -> list[str]:
        """Return the ARNs of the executions that run now, earlier ones included.

        Raises AcceptanceError with its error and cause if one that started since has failed.
        """
        states = {each["executionArn"]: each["status"] for each in self._listed()}
        # A listing may lag behind; a description does not.
        states |= {arn: self._client.describe_execution(executionArn=arn)["status"] for arn in self._started}
        for arn, status in states.items():
            if arn not in self._before and status not in ("RUNNING", "SUCCEEDED"):
                raise self._failure(arn, status)
        return [arn for arn, status in states.items() if status == "RUNNING"]

    def _failure(self, arn: str, status: str) -> AcceptanceError:
        described = self._client.describe_execution(executionArn=arn)
        parts = [described.get("error", ""), described.get("cause", "")]
        return AcceptanceError(
            f"the execution {status.lower().replace('_', ' ')}: {': '.join(part for part in parts if part)}.",
            where=arn,
            hint="Remove the cause (see docs/runbook.md), then run this command again: it goes on.",
        )

    def state(self, arn: str) -> str:
        """Return the name of the state that an execution is in, empty before its first."""
        history = self._client.get_execution_history(
            executionArn=arn, reverseOrder=True, maxResults=LAST_EVENTS
        )
        for event in history["events"]:
            if entered := event.get("stateEnteredEventDetails"):
                return str(entered["name"])
        return ""
