"""Stand-ins for the cloud and the executions of a domain's run in the demo."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.domain import DomainRun
from demo.waiting import Waiting
from lake.model.discovery import load_domain
from lake.naming import Names
from localcloud.client import ExecutionWatcher, FollowedExecution, StateTime
from localcloud.errors import LocalCloudError
from tests.demo.conftest import Output
from uploader import Status

PROVIDER = load_domain("cloud_provider")
[STREAM] = [table.name for table in PROVIDER.stream_tables]


class FakeCloud:
    """A cloud with the stacks of domains, which records what it is asked for."""

    def __init__(self, names: Names, failure: str = "") -> None:
        self.fired: list[str] = []
        self.waited_for: list[Collection[str] | None] = []
        self.context = SimpleNamespace(home=Path("/home"))
        self.serving = None
        self._names = names
        self._failure = failure

    def client(self, service: str, _role: str | None = None) -> Any:
        return {"cloudformation": self, "stepfunctions": SimpleNamespace(), "s3": None}[service]

    def get_paginator(self, _operation: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, StackName: str) -> list[dict[str, Any]]:
        ids = (f"arn:aws:states:us-east-1:1:stateMachine:{StackName}-pipeline", f"{StackName}-landing", "1|a")
        return [{"StackResourceSummaries": [{"PhysicalResourceId": each}]} for each in ids]

    def fire_schedule(self, name: str) -> None:
        self.fired.append(name)

    def wait_idle(self, timeout: float = 600.0, of: Collection[str] | None = None) -> None:
        self.waited_for.append(of)
        if self._failure:
            raise LocalCloudError(self._failure, where="background work")

    def is_idle(self, of: Collection[str] | None = None) -> bool:
        self.waited_for.append(of)
        return True


class FakeWatcher(ExecutionWatcher):
    """One execution that has ended each time it is followed."""

    status = "SUCCEEDED"

    def __init__(self, *_: object) -> None:
        self.followed: dict[str, FollowedExecution] = {}
        self.starts = 0

    def start(self) -> None:
        self.starts += 1

    def follow(self, is_idle: Any) -> Any:
        assert is_idle()
        name = f"x{len(self.followed)}"
        execution = FollowedExecution(f"arn:{name}", status=self.status, cause="Broken: [/x]")
        self.followed[name] = execution
        for state, seconds in (("Ingest", 1.0), ("IsThere", 1.0), ("Curate", 0.01)):
            yield execution, StateTime(state, None, seconds)  # type: ignore[arg-type]


UNREAD, UNPUBLISHED = Waiting(streams=frozenset({STREAM})), Waiting(batches=True)


def run_of(
    cloud: Any,
    names: Names,
    console: Output,
    monkeypatch: pytest.MonkeyPatch,
    *uploaded: str,
    waiting: Sequence[Waiting] = (UNREAD, UNPUBLISHED),
    **options: Any,
) -> DomainRun:
    """Return the provider's run, whose upload brings files of these tables.

    `waiting` is what the ledger leaves to do each time that it is read.
    """
    outcomes = [SimpleNamespace(table=table, status=Status.UPLOADED) for table in uploaded]
    left = iter(waiting)
    monkeypatch.setattr("demo.domain.read_waiting", lambda *_: next(left))
    monkeypatch.setattr(DomainRun, "_upload", lambda *_: SimpleNamespace(outcomes=outcomes))
    monkeypatch.setattr("demo.domain.ExecutionWatcher", FakeWatcher)
    return DomainRun(cloud, PROVIDER, names, console, **options)
