"""Histories of the batch benchmarks end with the same month, and both print what the jobs did."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from rich.console import Console

from bench import batch
from bench.batch import LONG, SHORT, one_more_month, start_of, whole_history
from bench.job_runs import ObservedJob
from bench.measure import LAYERS, Measured
from lake.measures import Measures
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")


@pytest.mark.parametrize(
    ("months", "first"), [(1, "2025-10"), (10, "2025-01"), (11, "2024-12"), (70, "2020-01")]
)
def test_history_of_some_months_ends_in_october_2025(months: int, first: str) -> None:
    assert start_of(months) == first


def job(tasks: int) -> ObservedJob:
    return ObservedJob(kind="raw_to_processed", worker_type="G.1X", runs=(Measures(tasks=tasks),))


def measured(**extra: float) -> Measured:
    """An upload of a second, a pipeline of two, of which one is for the catalog, and four files."""
    files = dict.fromkeys(LAYERS, 4)
    return Measured(
        upload=1.0, pipeline=2.0, catalogued=1.0, stages={}, files=files, memory_mb=5, extra=extra
    )


class FakeObservation:
    """Sees one job, whose tasks are those of `tasks`."""

    tasks: ClassVar[Counter[str]] = Counter()

    def __init__(self, cloud: Any, domain: Any) -> None:
        self._before = self.tasks["run"]

    def jobs(self) -> list[ObservedJob]:
        return [job(self.tasks["run"] - self._before)]


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cloud: each upload is a run with ten tasks."""

    @contextmanager
    def cloud(*_: Any) -> Any:
        yield SimpleNamespace(deploy=lambda out: None)

    def run_upload(*_: Any) -> Measured:
        FakeObservation.tasks["run"] += 10
        return measured()

    monkeypatch.setattr(batch, "_cloud", cloud)
    monkeypatch.setattr(batch, "synthesise", lambda *_: None)
    monkeypatch.setattr(batch, "executor", lambda: SimpleNamespace(warm_up=lambda: None))
    monkeypatch.setattr(batch, "run_upload", run_upload)
    monkeypatch.setattr(batch, "Observation", FakeObservation)
    monkeypatch.setattr(FakeObservation, "tasks", Counter())


def lines(console: Console) -> list[str]:
    return [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]


def test_whole_history_counts_what_its_jobs_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batch, "reference", lambda *_: None)
    monkeypatch.setattr(batch, "equal_marts", lambda *_: (12, []))
    manifest = SimpleNamespace(rows={"orders": 7}, files=["a"])
    monkeypatch.setattr(batch, "write_history", lambda domain, work, scale: (work, manifest))
    console = Console(record=True, width=100)
    assert whole_history(SHOP, tmp_path, 1.0, console) == [job(10)]
    printed = lines(console)
    assert "What counts on Glue, the whole history" in printed
    assert "tasks 10" in printed
    assert [line for line in printed if line.startswith(("upload to", "copies of"))] == [
        "upload to catalog 2.0 s (upload 1.0 s)",
        "copies of gold 1.0 s more",
    ]


def test_month_counts_what_its_jobs_did_without_those_of_the_history(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def generate(landing: Path, **_: Any) -> None:
        for month in ("month=2025-09", "month=2025-10"):
            (landing / month).mkdir(parents=True)

    sample = SimpleNamespace(generate=generate, Layout=SimpleNamespace(MONTHS="months"))
    monkeypatch.setattr(batch, "_sample", lambda domain: sample)
    console = Console(record=True, width=100)
    # Each cloud has two uploads; the first is the history.
    assert one_more_month(SHOP, tmp_path, 1.0, console) == [job(10)]
    printed = lines(console)
    assert [f"What counts on Glue, one more month after {months}" in printed for months in (SHORT, LONG)] == [
        True,
        True,
    ]
    assert (tmp_path / f"last-{LONG}" / "month=2025-10").is_dir()
    assert not (tmp_path / f"months-{LONG}" / "month=2025-10").exists()
