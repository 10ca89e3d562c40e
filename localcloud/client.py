"""Helpers for clients of the local cloud: follow executions of a state machine, run Athena queries."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.errors import LocalCloudError

POLL_SECONDS = 0.3
FIRST_WAIT, LONGEST_WAIT = 0.005, 0.05
"""Seconds between two looks at a running query: the wait doubles."""
START_SECONDS = 60.0
"""Seconds between an upload and the start of an execution: the pipe's batch window and a margin."""

PAGE_EVENTS = 10
"""Events of a page of a history. Each look at a running execution reads its last page again."""

_NAME_PARTS = re.compile("[:/|]")
"""What parts an ARN, or the physical id of a resource whose name has several parts."""

TERMINAL = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


@dataclass
class StateTime:
    """A state of an execution; `seconds` is its duration, None while it runs."""

    name: str
    entered: datetime
    seconds: float | None = None


@dataclass
class FollowedExecution:
    """One execution: its status and the states that it has entered so far."""

    arn: str
    states: list[StateTime] = field(default_factory=list)
    status: str = "RUNNING"
    cause: str = ""
    token: str = ""
    """Token of the last page of the history that was read; the first page has none."""
    events_seen: int = 0
    """Events of that page that were read."""

    @property
    def name(self) -> str:
        return self.arn.rsplit(":", 1)[-1]

    @property
    def has_ended(self) -> bool:
        return self.status in TERMINAL


class ExecutionWatcher:
    """Follows the executions of one state machine that start after the watcher was made."""

    def __init__(self, client: Any, machine_arn: str) -> None:
        self._client = client
        self._machine = machine_arn
        self._before = set(self._statuses())
        self.followed: dict[str, FollowedExecution] = {}

    def _statuses(self) -> dict[str, str]:
        """Return the status of each execution by its ARN, the newest execution first."""
        listed = self._client.list_executions(stateMachineArn=self._machine)["executions"]
        return {execution["executionArn"]: execution["status"] for execution in listed}

    def start(self) -> None:
        """Start an execution, as the schedule or an operator does."""
        self._client.start_execution(stateMachineArn=self._machine, input="{}")

    def follow(self, is_idle: Callable[[], bool]) -> Iterator[tuple[FollowedExecution, StateTime]]:
        """Yield each state twice: when it begins, and when it ends with its duration in seconds.

        Ends when all followed executions have ended and `is_idle()` returns True. Raises
        LocalCloudError if no execution starts within START_SECONDS.
        """
        deadline = time.monotonic() + START_SECONDS
        while True:
            for arn, status in reversed(self._statuses().items()):
                if arn not in self._before:
                    execution = self.followed.setdefault(arn, FollowedExecution(arn))
                    if not execution.has_ended:
                        for state in self._advance(execution, status):
                            yield execution, state
            if self.followed and all(each.has_ended for each in self.followed.values()):
                unseen = self._statuses().keys() - self._before - self.followed.keys()
                if not unseen and is_idle():
                    return
            elif not self.followed and time.monotonic() > deadline:
                raise LocalCloudError(
                    f"no execution started within {START_SECONDS:.0f} s.",
                    where=self._machine,
                    hint="Check the dead-letter queue and the log in the home folder.",
                )
            time.sleep(POLL_SECONDS)

    def _advance(self, execution: FollowedExecution, status: str) -> Iterator[StateTime]:
        """Yield the states that have changed; `status` is that of a moment before now."""
        for event in self._new_events(execution):
            moment = event["timestamp"]
            if entered := event.get("stateEnteredEventDetails"):
                state = StateTime(entered["name"], moment)
                execution.states.append(state)
                yield state
            elif left := event.get("stateExitedEventDetails"):
                state = next(s for s in reversed(execution.states) if s.name == left["name"])
                state.seconds = (moment - state.entered).total_seconds()
                yield state
        if status in TERMINAL:
            ended = self._client.describe_execution(executionArn=execution.arn)
            execution.status = status
            execution.cause = f"{ended.get('error', '')}: {ended.get('cause', '')}".strip(": ")

    def _new_events(self, execution: FollowedExecution) -> Iterator[dict[str, Any]]:
        """Yield the events since the last call. Pages that were complete then are not read again."""
        while True:
            where = {"nextToken": execution.token} if execution.token else {}
            page = self._client.get_execution_history(
                executionArn=execution.arn, includeExecutionData=False, maxResults=PAGE_EVENTS, **where
            )
            yield from page["events"][execution.events_seen :]
            execution.events_seen = len(page["events"])
            if "nextToken" not in page:
                return
            execution.token, execution.events_seen = page["nextToken"], 0


def stack_resources(cloudformation: Any, *stacks: str) -> frozenset[str]:
    """Return the names of the resources of stacks: the last part of an ARN, else the physical id."""
    pages = (
        page
        for stack in stacks
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    )
    found = [each.get("PhysicalResourceId") for page in pages for each in page["StackResourceSummaries"]]
    return frozenset(_NAME_PARTS.split(id)[-1] for id in found if id)


@dataclass(frozen=True)
class QueryResult:
    """Rows of a query as text, None for NULL; `numeric` holds for each column whether it is a number."""

    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str | None, ...], ...]


def run_query(athena: Any, sql: str, *, database: str, workgroup: str) -> QueryResult:
    """Run SQL in a workgroup and return its rows. Raises LocalCloudError with Athena's reason if it fails."""
    started = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
    )
    query, wait = started["QueryExecutionId"], FIRST_WAIT
    while True:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            break
        if status["State"] in ("FAILED", "CANCELLED"):
            raise LocalCloudError(status.get("StateChangeReason", "no reason given"), where=f"query {query}")
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query)
    rows: list[tuple[str | None, ...]] = []
    columns: Sequence[dict[str, Any]] = ()
    for page in pages:
        columns = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        rows += [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in page["ResultSet"]["Rows"]]
    return QueryResult(
        columns=tuple(column["Name"] for column in columns),
        numeric=tuple(_is_number(column["Type"]) for column in columns),
        rows=tuple(rows[1:]),
    )


def _is_number(type_: str) -> bool:
    return type_.startswith(("decimal", "int", "bigint", "double", "float", "smallint", "tinyint"))


def named_queries(athena: Any, workgroup: str) -> dict[tuple[str, str], str]:
    """Return the SQL of every named query of a workgroup, by (database, name)."""
    found: dict[tuple[str, str], str] = {}
    for page in athena.get_paginator("list_named_queries").paginate(WorkGroup=workgroup):
        for query_id in page["NamedQueryIds"]:
            query = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
            found[query["Database"], query["Name"]] = query["QueryString"]
    return found
