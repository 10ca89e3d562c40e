"""A domain's run uploads, follows its pipeline, and waits for its own resources only."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.domain import DomainRun
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
        self._names = names
        self._failure = failure

    def client(self, service: str, _role: str | None = None) -> Any:
        return {"cloudformation": self, "stepfunctions": SimpleNamespace()}[service]

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


@pytest.fixture
def resources(names: Names) -> set[str]:
    """The names of what the provider's stacks hold."""
    stacks = (names.stack(PROVIDER.name), names.dashboards_stack(PROVIDER.name))
    return {"a", *(f"{stack}-{end}" for stack in stacks for end in ("pipeline", "landing"))}


def run_of(
    cloud: Any, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch, *uploaded: str
) -> DomainRun:
    """Return the provider's run, whose upload brings files of these tables."""
    outcomes = [SimpleNamespace(table=table, status=Status.UPLOADED) for table in uploaded]
    monkeypatch.setattr(DomainRun, "_upload", lambda *_: SimpleNamespace(outcomes=outcomes))
    monkeypatch.setattr("demo.domain.ExecutionWatcher", FakeWatcher)
    return DomainRun(cloud, PROVIDER, names, console)


def test_files_of_streams_alone_wait_for_the_domain_alone(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch, resources: set[str]
) -> None:
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch, STREAM)
    assert run.run(tmp_path)
    assert cloud.waited_for == [resources, resources]
    assert cloud.fired == [
        names.schedule(PROVIDER.name, f"stream_{STREAM}"), names.schedule(PROVIDER.name, "pipeline"),
    ]  # fmt: skip
    assert [execution.name for execution in run.executions] == ["x0"]
    assert list(run.steps) == [f"{PROVIDER.name}: run the pipeline"]


def test_failure_of_the_domain_s_background_work_ends_its_run(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(FakeCloud(names, "pipe p: it broke"), names, console, monkeypatch, STREAM)
    with pytest.raises(LocalCloudError, match="it broke"):
        run.run(tmp_path)


def test_other_files_are_followed_to_the_end_of_the_pipeline(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch, resources: set[str]
) -> None:
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch, STREAM, PROVIDER.tables[0].name)
    monkeypatch.setattr(FakeWatcher, "status", "FAILED")
    assert not run.run(tmp_path)
    assert cloud.waited_for == [resources, resources]
    assert console.lines.count("✓ Ingest 1.0 s") == 2
    assert not any("IsThere" in line or "Curate" in line for line in console.lines)
    assert console.lines[-2:] == ["✗ FAILED Broken: [/x]"] * 2


def test_without_new_files_the_pipeline_is_started_once(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(FakeCloud(names), names, console, monkeypatch)
    watcher = FakeWatcher()
    monkeypatch.setattr(DomainRun, "watch", lambda _: watcher)
    assert run.run(tmp_path)
    assert watcher.starts == 1
