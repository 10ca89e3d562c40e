"""Executions are followed state by state, and queries return their rows as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

import localcloud.client
from localcloud.client import PAGE_EVENTS, ExecutionWatcher, named_queries, run_query
from localcloud.errors import LocalCloudError

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:shop"
OLD, NEW = (f"arn:aws:states:us-east-1:123456789012:execution:shop:{name}" for name in ("old", "new"))
BEGAN = dt.datetime(2025, 8, 1, tzinfo=dt.UTC)


def event(seconds: int, kind: str, name: str) -> dict[str, Any]:
    return {"timestamp": BEGAN + dt.timedelta(seconds=seconds), f"state{kind}EventDetails": {"name": name}}


HISTORY = [
    event(0, "Entered", "Read"),
    event(2, "Exited", "Read"),
    event(2, "Entered", "Write"),
    event(5, "Exited", "Write"),
]


class FakeStepFunctions:
    """Shows one more half of the history with every poll of the execution that was started."""

    def __init__(self) -> None:
        self.executions = [OLD]
        self.polls = 0
        self.pages: list[str] = []

    def list_executions(self, stateMachineArn: str) -> dict[str, Any]:
        assert stateMachineArn == MACHINE
        statuses = {OLD: "SUCCEEDED", NEW: "RUNNING" if self.polls == 0 else "FAILED"}
        self.polls += NEW in self.executions
        return {"executions": [{"executionArn": arn, "status": statuses[arn]} for arn in self.executions]}

    def start_execution(self, stateMachineArn: str, input: str) -> None:
        self.executions.insert(0, NEW)

    def describe_execution(self, executionArn: str) -> dict[str, Any]:
        assert executionArn == NEW
        return {"status": "FAILED", "error": "Broken", "cause": "on purpose"}

    def get_execution_history(
        self, executionArn: str, includeExecutionData: bool, maxResults: int, nextToken: str = "first"
    ) -> dict[str, Any]:
        assert (executionArn, includeExecutionData, maxResults) == (NEW, False, PAGE_EVENTS)
        self.pages.append(nextToken)
        shown = HISTORY[: 3 if self.polls == 1 else 4]
        return {"events": shown[:2], "nextToken": "second"} if nextToken == "first" else {"events": shown[2:]}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POLL_SECONDS", "FIRST_WAIT"):
        monkeypatch.setattr(localcloud.client, name, 0.001)


def test_new_execution_is_followed_until_it_ends() -> None:
    watcher = ExecutionWatcher(FakeStepFunctions(), MACHINE)
    watcher.start()
    seen = [(execution.name, state.name, state.seconds) for execution, state in watcher.follow(lambda: True)]
    assert seen == [
        ("new", "Read", None),
        ("new", "Read", 2.0),
        ("new", "Write", None),
        ("new", "Write", 3.0),
    ]
    (execution,) = watcher.followed.values()
    assert execution.has_ended
    assert (execution.status, execution.cause) == ("FAILED", "Broken: on purpose")


def test_complete_pages_of_the_history_are_read_once() -> None:
    client = FakeStepFunctions()
    watcher = ExecutionWatcher(client, MACHINE)
    watcher.start()
    assert len(list(watcher.follow(lambda: True))) == 4
    assert client.pages == ["first", "second", "second"]


def test_following_ends_only_when_all_else_is_idle() -> None:
    idle = iter([False, False, True])
    watcher = ExecutionWatcher(FakeStepFunctions(), MACHINE)
    watcher.start()
    assert len(list(watcher.follow(lambda: next(idle)))) == 4
    assert list(idle) == []


def test_following_without_a_new_execution_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(localcloud.client, "START_SECONDS", 0.0)
    watcher = ExecutionWatcher(FakeStepFunctions(), MACHINE)
    with pytest.raises(LocalCloudError, match="no execution started within 0 s"):
        list(watcher.follow(lambda: True))


class FakeAthena:
    """Answers one query of two pages, after it was running for one poll."""

    def __init__(self, *states: dict[str, str]) -> None:
        self.states = list(states)

    def start_query_execution(self, **parameters: Any) -> dict[str, str]:
        assert parameters["QueryExecutionContext"] == {"Database": "shop"}
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:
        return {"QueryExecution": {"Status": self.states.pop(0)}}

    def get_paginator(self, name: str) -> FakeAthena:
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        info = [{"Name": "name", "Type": "varchar"}, {"Name": "total", "Type": "decimal(10,2)"}]
        pages: list[list[tuple[str, str | None]]] = [[("name", "total"), ("a", "1.50")], [("b", None)]]
        for page in pages:
            rows = [{"Data": [{"VarCharValue": text} if text else {} for text in row]} for row in page]
            yield {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": info}, "Rows": rows}}


def test_query_returns_its_rows_as_text() -> None:
    athena = FakeAthena({"State": "RUNNING"}, {"State": "SUCCEEDED"})
    result = run_query(athena, "SELECT", database="shop", workgroup="w")
    assert (result.columns, result.numeric) == (("name", "total"), (False, True))
    assert result.rows == (("a", "1.50"), ("b", None))


def test_failed_query_raises_the_reason() -> None:
    athena = FakeAthena({"State": "FAILED", "StateChangeReason": "no such table"})
    with pytest.raises(LocalCloudError, match="query q1: no such table"):
        run_query(athena, "SELECT", database="shop", workgroup="w")


class FakeQueries:
    """Named queries on two pages."""

    def get_paginator(self, name: str) -> FakeQueries:
        assert name == "list_named_queries"
        return self

    def paginate(self, WorkGroup: str) -> list[dict[str, Any]]:
        return [{"NamedQueryIds": ["a", "b"]}, {"NamedQueryIds": ["c"]}]

    def get_named_query(self, NamedQueryId: str) -> dict[str, Any]:
        return {
            "NamedQuery": {"Database": "d", "Name": NamedQueryId, "QueryString": f"SELECT {NamedQueryId}"}
        }


def test_named_queries_of_all_pages_are_found() -> None:
    assert named_queries(FakeQueries(), "w") == {("d", name): f"SELECT {name}" for name in "abc"}
