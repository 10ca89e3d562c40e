"""Predictions from recorded measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.ops.costs import measured, runs
from infra.ops.costs.measured import FILE, OF_A_RUN, SIZES, Origin, origins, predicted, records
from infra.ops.costs.prices import READ, WRITE
from infra.ops.costs.runs import LOGS
from infra.ops.costs.stacks import Job
from lake.measures import HISTORY, MONTH, SAMPLE, Measures, Recorded

TWO_RUNS = Measures(runs=2, processor=400.0, driver=60.0, driver_processor=80.0, read=100, written=10)
"""40 s of starts, 60 s of the driver, 110 requests in 1.375 s, 100 s of tasks: 402.75 DPU seconds."""


def job(kind: str = "raw_to_processed", worker_type: str = "G.1X") -> Job:
    return Job(
        name=f"caudal-dev-shop-{kind.replace('_', '-')}", domain="shop", kind=kind,
        worker_type=worker_type, workers=2, is_stream=False, is_continuous=False, sends_metrics=False,
    )  # fmt: skip


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Recorded]:
    """The records that the estimate finds: a sample and a history of one job."""
    found = [
        Recorded(domain="shop", job="raw_to_processed", size=SAMPLE, measures=TWO_RUNS),
        Recorded(domain="shop", job="raw_to_processed", size=HISTORY, measures=Measures()),
    ]
    monkeypatch.setattr(measured, "records", lambda: found)
    made = [Origin(size=size, by="caudal bench", on="2026-11-27", scale=1.0) for size in SIZES]
    monkeypatch.setattr(measured, "origins", lambda: made)
    return found


def test_run_is_predicted_from_its_record(recorded: list[Recorded]) -> None:
    found = predicted(job())
    assert found is not None
    assert found.dpu_seconds == pytest.approx(402.75 / 2)
    assert found.basis == "201 DPU seconds predicted from the sample in one upload"
    assert runs.basis(job()) == found.basis
    assert runs.compute_of_run(job()) == pytest.approx(0.308 * 402.75 / 2 / 3600, abs=1e-6)
    assert runs.beside(job()) == pytest.approx(LOGS + (100 * READ + 10 * WRITE) / 2)


def test_runs_of_a_job_are_predicted_one_by_one(recorded: list[Recorded]) -> None:
    # 30 s, billed as 60, and 200 s.
    short, long = (
        Measures(driver=seconds, driver_processor=seconds, read=reads)
        for seconds, reads in ((10, 0), (180, 8))
    )
    recorded[:1] = [
        Recorded(domain="shop", job="raw_to_processed", size=SAMPLE, measures=each) for each in (short, long)
    ]
    found = predicted(job())
    assert found is not None
    assert (found.measures.runs, found.requests.reads) == (2, 8)
    assert found.dpu_seconds == pytest.approx((2 * 60 + 2 * (200 + 0.05 * 8 / 4)) / 2)


def test_month_is_preferred_to_the_sample(recorded: list[Recorded]) -> None:
    recorded.append(Recorded(domain="shop", job="raw_to_processed", size=MONTH, measures=Measures()))
    found = predicted(job())
    assert found is not None
    assert found.basis == "120 DPU seconds predicted from one more month after 70"


def test_basis_says_that_there_were_fewer_rows() -> None:
    origin = Origin(size=HISTORY, by="caudal bench", on="2026-11-27", scale=0.1)
    assert origin.what == "the whole history in one upload with 0.1 of its rows"


@pytest.mark.parametrize("kind", ["processed_to_curated", "train_anomaly_model"])
def test_job_without_a_record_has_the_assumed_minutes(recorded: list[Recorded], kind: str) -> None:
    minutes = {"processed_to_curated": 2, "train_anomaly_model": 5}[kind]
    assert predicted(job(kind)) is None
    assert runs.basis(job(kind)) == f"{minutes} min on 2 DPU"
    assert runs.compute_of_run(job(kind)) == pytest.approx(minutes * 2 * 0.308 / 60)


def test_committed_records_are_readable_and_say_how_they_were_made() -> None:
    made = {each.size for each in origins()}
    assert made <= set(SIZES)
    assert {each.size for each in records()} == made
    assert {each.domain for each in records() if each.size in OF_A_RUN} == {"ecommerce", "cloud_provider"}


def test_file_of_records_is_read_by_domain_job_and_size(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    one = Recorded(domain="shop", job="a", size=SAMPLE, measures=TWO_RUNS)
    made = {SAMPLE: {"by": "caudal bench", "on": "2026-11-27", "scale": 1.0}}
    file.write_text(json.dumps({"made": made, "jobs": [one.to_json()]}))
    assert list(records(file)) == [one]
    assert list(origins(file)) == [Origin(size=SAMPLE, by="caudal bench", on="2026-11-27", scale=1.0)]
    assert FILE.exists()
