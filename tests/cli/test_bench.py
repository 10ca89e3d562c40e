"""`caudal bench`: its options choose the measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import run
from cli.main import app
from infra.ops.costs.measured import FILE


def test_options_choose_the_measurements(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    measured: dict[str, Any] = {}
    monkeypatch.setattr(run, "measure", measured.update)
    options = [
        "--scale",
        "0.1",
        "--no-months",
        "--events",
        "5",
        "--events",
        "7",
        "--no-visibility",
        "--no-dashboards",
        "--relational",
        "3",
        "--work",
        str(tmp_path),
    ]
    assert CliRunner().invoke(app, ["bench", *options]).exit_code == 0
    assert measured == {
        "scale": 0.1,
        "months": False,
        "history": True,
        "events": [5, 7],
        "visibility": False,
        "dashboards": False,
        "relational": 3,
        "work": tmp_path,
        "records": None,
    }


@pytest.mark.parametrize("sample", [True, False])
def test_a_profile_is_all_that_is_measured(monkeypatch: pytest.MonkeyPatch, sample: bool) -> None:
    profiled: dict[str, Any] = {}
    monkeypatch.setattr(run, "profiles", profiled.update)
    options = ["--profile", "--scale", "0.5", *(["--sample"] if sample else [])]
    assert CliRunner().invoke(app, ["bench", *options]).exit_code == 0
    assert profiled == {"sample": sample, "scale": 0.5, "work": None, "records": None}


def test_measures_are_recorded_for_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: dict[str, Any] = {}
    monkeypatch.setattr(run, "measure", measured.update)
    monkeypatch.setattr(run, "profiles", measured.update)
    for options in ([], ["--profile", "--sample"]):
        measured.clear()
        assert CliRunner().invoke(app, ["bench", "--record", *options]).exit_code == 0
        assert measured["records"] == FILE


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--profile"], "a profile of the history is not recorded"),
        (["--training"], "--training measures no job runs that are recorded"),
        (["--models"], "--models measures no job runs"),
        (["--pictures", "folder"], "--pictures measures no job runs"),
        (["--publication", "home"], "--publication measures no job runs"),
        (["--no-history", "--no-months"], "there is nothing to record"),
    ],
)
def test_what_is_not_recorded_is_refused(
    monkeypatch: pytest.MonkeyPatch, options: list[str], problem: str
) -> None:
    measured: list[Any] = []
    for name in ("measure", "profiles"):
        monkeypatch.setattr(run, name, lambda **options: measured.append(options))
    result = CliRunner().invoke(app, ["bench", "--record", *options])
    assert (result.exit_code, measured) == (2, [])
    assert problem in result.output
    assert "--profile --sample" in result.output
