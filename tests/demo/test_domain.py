"""A domain's run uploads, follows its pipeline, and waits for its own resources only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from demo.domain import GOLD_PUBLISHED, GOLD_REPLACED, LAST_JOBS, DomainRun
from demo.waiting import Waiting
from infra.pipeline.definition import definition
from infra.pipeline.refresh_states import DashboardsPlan
from lake.naming import Names
from localcloud.client import FollowedExecution, StateTime
from localcloud.errors import LocalCloudError
from localcloud.synth import SWITCHES
from tests.demo.conftest import Output
from tests.demo.fake_runs import PROVIDER, STREAM, UNREAD, FakeCloud, FakeWatcher, run_of
from tests.infra.pipeline_definitions import LOAD, PLAN, SERVING, reachable


@pytest.fixture
def resources(names: Names) -> set[str]:
    """The names of what the provider's stacks hold."""
    stacks = (names.stack(PROVIDER.name), names.dashboards_stack(PROVIDER.name))
    return {"a", *(f"{stack}-{end}" for stack in stacks for end in ("pipeline", "landing"))}


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


@pytest.mark.parametrize("others", [(), (PROVIDER.tables[0].name,)])
def test_stream_that_fails_without_a_word_fails_the_run(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch, others: tuple[str, ...]
) -> None:
    """Its job ends, nothing raises, all executions succeed; but the ledger lacks the files."""
    waiting = [UNREAD, Waiting(streams=frozenset({STREAM}), batches=bool(others))]
    run = run_of(FakeCloud(names), names, console, monkeypatch, STREAM, *others, waiting=waiting)
    assert not run.run(tmp_path)
    assert all(execution.status == "SUCCEEDED" for execution in run.executions)
    job = names.job(PROVIDER.name, f"stream_{STREAM}")
    said = f"✗ stream {STREAM} its job has ended, and the ledger lacks files. Its log: /home/logs/glue/{job}/"
    assert console.text.endswith(said)


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
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch, waiting=[Waiting(), Waiting()])
    watcher = FakeWatcher()
    monkeypatch.setattr(DomainRun, "watch", lambda _: watcher)
    assert run.run(tmp_path)
    assert watcher.starts == 1
    assert cloud.fired == []
    assert f"stream {STREAM}: the ledger names all files, so no job is started" in console.lines


def test_events_that_an_earlier_demo_left_unread_are_read(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch)
    assert run.run(tmp_path)
    assert cloud.fired == [
        names.schedule(PROVIDER.name, f"stream_{STREAM}"), names.schedule(PROVIDER.name, "pipeline"),
    ]  # fmt: skip


def test_pipeline_follows_new_files_of_streams_also_if_no_batch_waits(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It repeats what an earlier run did not publish to the copies of gold."""
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch, STREAM, waiting=[UNREAD, Waiting()])
    assert run.run(tmp_path)
    assert cloud.fired[-1] == names.schedule(PROVIDER.name, "pipeline")
    assert [execution.name for execution in run.executions] == ["x0"]


def test_pipeline_that_has_published_the_streams_is_not_started_again(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = FakeCloud(names)
    tables = (STREAM, PROVIDER.tables[0].name)
    run = run_of(cloud, names, console, monkeypatch, *tables, waiting=[UNREAD, Waiting()])
    assert run.run(tmp_path)
    assert cloud.fired == [names.schedule(PROVIDER.name, f"stream_{STREAM}")]
    assert console.lines.count("✓ Ingest 1.0 s") == 1


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the pipeline had entered when the questions were answered, which asks nothing here."""
    entered: list[str] = []
    at: list[str] = []
    monkeypatch.setattr("demo.domain.client_as", lambda *_: None)
    monkeypatch.setattr("demo.domain.show_answers", lambda *_: at.append(" ".join(entered)))

    def follow(self: FakeWatcher, _is_idle: Any) -> Any:
        execution = FollowedExecution("arn:x", status="SUCCEEDED")
        self.followed["x"] = execution
        for state in ("Curate", GOLD_PUBLISHED, "PublishMarts"):
            entered.append(state)
            yield execution, StateTime(state, None)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeWatcher, "follow", follow)
    return at


@pytest.mark.parametrize(
    ("left", "moments"),
    [
        (Waiting(), [f"Curate {GOLD_PUBLISHED}"]),
        # The stream has not read all of its files, so gold lacks their events.
        (UNREAD, []),
    ],
)
def test_questions_are_answered_when_gold_is_complete(
    tmp_path: Path,
    names: Names,
    console: Output,
    monkeypatch: pytest.MonkeyPatch,
    answered: list[str],
    left: Waiting,
    moments: list[str],
) -> None:
    table = PROVIDER.tables[0].name
    waiting = [UNREAD, left, Waiting()]
    run = run_of(FakeCloud(names), names, console, monkeypatch, table, waiting=waiting, answers_early=True)
    assert run.run(tmp_path)
    assert answered == moments


def test_answers_are_given_at_once_if_nothing_waits_and_again_if_gold_changes(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch, answered: list[str]
) -> None:
    waiting = [Waiting()] * 3
    run = run_of(FakeCloud(names), names, console, monkeypatch, waiting=waiting, answers_early=True)
    assert run.run(tmp_path)
    assert answered == ["", f"Curate {GOLD_PUBLISHED}"]


@pytest.mark.parametrize("end", ["PublishMarts", GOLD_PUBLISHED])
def test_early_answers_are_replaced_if_gold_changes_after_them(
    tmp_path: Path,
    names: Names,
    console: Output,
    monkeypatch: pytest.MonkeyPatch,
    answered: list[str],
    end: str,
) -> None:
    """Also in a pipeline that has no state GOLD_PUBLISHED: they come with the report then."""

    def follow(self: FakeWatcher, _is_idle: Any) -> Any:
        execution = FollowedExecution("arn:x", status="SUCCEEDED")
        self.followed["x"] = execution
        for state in (GOLD_REPLACED, end):
            for seconds in (None, 1.0):
                yield execution, StateTime(state, None, seconds)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeWatcher, "follow", follow)
    for what in ("relational", "quarantine", "accounting"):
        monkeypatch.setattr(f"demo.domain.show_{what}", lambda *_: None)
    cloud = FakeCloud(names)
    run = run_of(cloud, names, console, monkeypatch, waiting=[Waiting()] * 3, answers_early=True)
    assert run.run(tmp_path)
    run.report()
    assert len(answered) == 2


def test_states_that_the_demo_looks_for_are_those_of_its_pipelines() -> None:
    assert SWITCHES["quicksight"]
    dashboards = DashboardsPlan(account="123456789012", datasets=())
    for plan in (replace(PLAN, serving=SERVING), replace(PLAN, load=LOAD)):
        states = definition(replace(plan, dashboards=dashboards))["States"]
        assert {GOLD_REPLACED, GOLD_PUBLISHED, *LAST_JOBS} <= set(states)
        assert GOLD_PUBLISHED in reachable(GOLD_REPLACED, states)
        assert GOLD_REPLACED not in reachable(GOLD_PUBLISHED, states)


@pytest.mark.parametrize("left", [Waiting(rereads=True), Waiting(models=True), Waiting(batches=True)])
def test_questions_wait_for_what_changes_gold_without_new_files(
    tmp_path: Path,
    names: Names,
    console: Output,
    monkeypatch: pytest.MonkeyPatch,
    answered: list[str],
    left: Waiting,
) -> None:
    waiting = [left, Waiting(), Waiting()]
    run = run_of(FakeCloud(names), names, console, monkeypatch, waiting=waiting, answers_early=True)
    assert run.run(tmp_path)
    assert answered == [f"Curate {GOLD_PUBLISHED}"]


def test_next_domain_begins_with_the_last_job(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_leading, moments = Event(), []

    def follow(self: FakeWatcher, _is_idle: Any) -> Any:
        execution = FollowedExecution("arn:x", status="SUCCEEDED")
        self.followed["x"] = execution
        for state in ("RawToProcessed", LAST_JOBS[0]):
            yield execution, StateTime(state, None)  # type: ignore[arg-type]
            moments.append((state, is_leading.is_set()))

    monkeypatch.setattr(FakeWatcher, "follow", follow)
    waiting = [Waiting(drops=True), Waiting()]
    table = PROVIDER.tables[0].name
    run = run_of(FakeCloud(names), names, console, monkeypatch, table, waiting=waiting, is_leading=is_leading)
    assert run.run(tmp_path)
    assert moments == [("RawToProcessed", False), (LAST_JOBS[0], True)]


def test_interrupt_does_not_let_the_next_domain_begin(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_leading, cloud = Event(), FakeCloud(names)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cloud, "wait_idle", interrupt)
    run = run_of(cloud, names, console, monkeypatch, STREAM, is_leading=is_leading)
    with pytest.raises(KeyboardInterrupt):
        run.run(tmp_path)
    assert not is_leading.is_set()


def test_run_that_fails_lets_the_next_domain_begin(
    tmp_path: Path, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_leading = Event()
    cloud = FakeCloud(names, "pipe p: it broke")
    run = run_of(cloud, names, console, monkeypatch, STREAM, is_leading=is_leading)
    with pytest.raises(LocalCloudError, match="it broke"):
        run.run(tmp_path)
    assert is_leading.is_set()
