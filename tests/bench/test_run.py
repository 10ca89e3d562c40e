"""Only the chosen benchmarks run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from bench import run
from bench.job_runs import ObservedJob
from lake.measures import Measures
from lake.model.spec import Domain


def test_backlogs_of_a_stream_are_measured_by_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    measured: list[tuple[str, Path, int]] = []
    monkeypatch.setattr(
        run,
        "backlog",
        lambda domain, work, events, _console: measured.append((domain.name, work, events)),
    )
    run.measure(
        scale=1, months=False, history=False, events=[5, 0, 7], dashboards=False, relational=0, work=tmp_path
    )
    assert measured == [("cloud_provider", tmp_path, 5), ("cloud_provider", tmp_path, 7)]


def test_visibility_is_measured_of_the_domain_with_streams(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured: list[tuple[str, Path]] = []
    monkeypatch.setattr(
        run, "measure_visibility", lambda domain, work, _console: measured.append((domain.name, work))
    )
    for visibility in (False, True):
        run.measure(
            scale=1, months=False, history=False, events=[0], visibility=visibility, dashboards=False,
            relational=0, work=tmp_path,
        )  # fmt: skip
    assert measured == [("cloud_provider", tmp_path)]


def test_temporary_folder_is_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    folders: list[tuple[str, Path]] = []

    def whole_history(domain: Domain, work: Path, _scale: float, _console: Console) -> list[ObservedJob]:
        folders.append((domain.name, work))
        return []

    monkeypatch.setattr(run, "whole_history", whole_history)
    run.measure(scale=1, months=False, history=True, events=[0], dashboards=False, relational=0, work=None)
    [(domain, folder)] = folders
    assert domain == "ecommerce"
    assert not folder.exists()


def test_dashboards_are_measured_at_the_chosen_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    measured: list[tuple[Path, float]] = []
    monkeypatch.setattr(
        run, "measure_dashboards", lambda folder, scale, _console: measured.append((folder, scale))
    )
    run.measure(
        scale=0.5, months=False, history=False, events=[0], dashboards=True, relational=0, work=tmp_path
    )
    assert measured == [(tmp_path, 0.5)]


def test_rows_for_mysql_are_of_the_domain_without_streams(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    measured: list[tuple[str, Path, int]] = []
    monkeypatch.setattr(
        run,
        "relational_copy",
        lambda domain, work, rows, _console: measured.append((domain.name, work, rows)),
    )
    run.measure(
        scale=1, months=False, history=False, events=[0], dashboards=False, relational=9, work=tmp_path
    )
    assert measured == [("ecommerce", tmp_path, 9)]


def test_profiles_are_of_the_sample_of_every_domain_or_of_the_history(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiled: list[tuple[str, Path, bool]] = []

    def profile(
        domain: Domain, landing: Path, _work: Path, _console: Console, short_runs: bool = False
    ) -> list[ObservedJob]:
        profiled.append((domain.name, landing, short_runs))
        return [ObservedJob(kind="job", worker_type="G.1X", runs=(Measures(tasks=len(profiled)),))]

    monkeypatch.setattr(run, "profile", profile)
    monkeypatch.setattr(run, "write_history", lambda domain, work, scale: (work / f"{scale}", None))
    records = tmp_path / "measured.json"
    run.profiles(sample=True, scale=1.0, work=tmp_path)
    run.profiles(sample=False, scale=0.5, work=tmp_path)
    assert [(name, landing.name, short) for name, landing, short in profiled] == [
        ("cloud_provider", "cloud_provider", True),
        ("ecommerce", "ecommerce", True),
        ("ecommerce", "0.5", False),
    ]
    assert not records.exists()
    run.profiles(sample=True, scale=1.0, work=tmp_path, records=records)
    assert recorded(records) == [("cloud_provider", "sample", 4), ("ecommerce", "sample", 5)]


def test_history_and_month_are_recorded_on_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def observed(tasks: int) -> list[ObservedJob]:
        return [ObservedJob(kind="job", worker_type="G.1X", runs=(Measures(tasks=tasks),))]

    monkeypatch.setattr(run, "whole_history", lambda *_: observed(1))
    monkeypatch.setattr(run, "one_more_month", lambda *_: observed(2))
    for records in (None, tmp_path / "measured.json"):
        run.measure(
            scale=1, months=True, history=True, events=[0], dashboards=False, relational=0, work=tmp_path,
            records=records,
        )  # fmt: skip
    assert recorded(tmp_path / "measured.json") == [("ecommerce", "history", 1), ("ecommerce", "month", 2)]


def recorded(file: Path) -> list[tuple[str, str, int]]:
    """Return domain, size and tasks of the records in a file."""
    jobs = json.loads(file.read_text())["jobs"]
    return [(each["domain"], each["size"], each["tasks"]) for each in jobs]
