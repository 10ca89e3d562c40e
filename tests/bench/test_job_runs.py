"""Job runs, their measures, and what their jobs did while they were observed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from bench.event_log import Figures
from bench.job_runs import (
    JobRun,
    Observation,
    ObservedJob,
    by_action,
    job_runs,
    measures_of,
    measures_table,
)
from bench.measure import NAMES
from lake.errors import CaudalError
from lake.measures import Measures
from lake.model.discovery import load_domain
from localcloud.execution.glue import EVENT_LOGS
from localcloud.server import LocalCloud

SHOP = load_domain("ecommerce")
JOB = NAMES.job(SHOP.name, "raw_to_processed")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROLE = f"arn:aws:iam::1:role/{NAMES.role(SHOP.name, 'raw_to_processed')}"


def run(**figures: Any) -> JobRun:
    """A run of five seconds."""
    return JobRun(job=JOB, started=START, seconds=5.0, figures=Figures(**figures))


class Glue:
    """One job of G.1X workers with two runs, the newest first, as the API lists them."""

    def get_job(self, *, JobName: str) -> dict[str, Any]:
        assert JobName == JOB
        return {"Job": {"WorkerType": "G.1X"}}

    def get_job_runs(self, *, JobName: str) -> dict[str, Any]:
        assert JobName == JOB
        hour = dt.timedelta(hours=1)
        begun = {"jr_2": (START + hour, 5.0), "jr_1": (START, 3.0)}
        return {
            "JobRuns": [
                {"Id": id, "StartedOn": start, "CompletedOn": start + dt.timedelta(seconds=seconds)}
                for id, (start, seconds) in begun.items()
            ]
        }


def test_runs_with_an_event_log_come_in_order(tmp_path: Path) -> None:
    folder = tmp_path / EVENT_LOGS / JOB
    folder.mkdir(parents=True)
    for id in ("jr_1", "jr_2"):
        (folder / id).write_text('{"Event": "SparkListenerJobStart", "Job ID": 0}\n')
    other = tmp_path / EVENT_LOGS / NAMES.job("cloud_provider", "raw_to_processed")
    other.mkdir()
    hour = dt.timedelta(hours=1)
    first = JobRun(job=JOB, started=START, seconds=3.0, figures=Figures(jobs=1))
    second = replace(first, started=START + hour, seconds=5.0)
    assert list(job_runs(Glue(), tmp_path, SHOP)) == [first, second]
    assert list(job_runs(Glue(), tmp_path, SHOP, known={"jr_1"})) == [second]
    (folder / "jr_1").unlink()
    assert [run.seconds for run in job_runs(Glue(), tmp_path, SHOP)] == [5.0]


def test_time_without_a_task_is_idle() -> None:
    assert run(busy=3.0).idle == 2.0
    assert run(busy=5.1).idle == 0.0


def test_processor_time_that_is_not_of_tasks_is_beside_them() -> None:
    assert run(process=8.0, processor=3.0).beside_tasks == 5.0
    assert run(process=2.99, processor=3.0).beside_tasks == 0.0


def test_requests_of_a_role_are_counted_by_action() -> None:
    requests = {(ROLE, "GetObject"): 3, (ROLE, "PutObject"): 1, (f"{ROLE}-2", "GetObject"): 9, ("", "X"): 5}
    assert by_action(requests, NAMES.role(SHOP.name, "raw_to_processed")) == {"GetObject": 3, "PutObject": 1}


def test_each_run_has_its_measures_and_its_part_of_the_requests() -> None:
    figures = Figures(
        jobs=2, stages=3, tasks=4, processor=1.5, process=4.0, busy=2.0, bytes_read=10, bytes_written=20,
        files_read=5, files_written=6,
    )  # fmt: skip
    runs = [replace(run(), figures=figures), replace(run(), seconds=6.0, figures=figures)]
    actions = {"ListBucket": 1, "GetObject": 1, "GetObjectVersion": 1, "CopyObject": 4, "PutObject": 5}
    first = Measures(
        spark_jobs=2, stages=3, tasks=4, processor=1.5, driver=3.0, driver_processor=2.5, bytes_read=10,
        bytes_written=20, files_read=5, files_written=6, listed=1, read=1, copied=2, written=3,
    )  # fmt: skip
    second = replace(first, driver=4.0, listed=0, written=2)
    assert measures_of(runs, actions) == (first, second)
    assert measures_of([], {}) == ()


def test_action_of_unknown_price_is_refused() -> None:
    with pytest.raises(CaudalError, match="RestoreObject"):
        measures_of([run()], {"RestoreObject": 1})


class Context:
    """The context of a cloud at a home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.event_logs = False
        self.requests = Counter({(ROLE, "GetObject"): 10})

    def counted_requests(self) -> Counter[tuple[str, str]]:
        return self.requests.copy()


def test_only_what_happens_after_its_beginning_is_observed(tmp_path: Path) -> None:
    context = Context(tmp_path)
    cloud = cast(LocalCloud, SimpleNamespace(context=context, client=lambda service: Glue()))
    folder = tmp_path / EVENT_LOGS / JOB
    folder.mkdir(parents=True)
    (folder / "jr_1").write_text("")
    observation = Observation(cloud, SHOP)
    assert context.event_logs
    assert observation.jobs() == []
    (folder / "jr_2").write_text('{"Event": "SparkListenerJobStart", "Job ID": 0}\n')
    context.requests[ROLE, "GetObject"] += 2
    context.requests[ROLE, "CopyObject"] += 1
    assert observation.jobs() == [
        ObservedJob(
            kind="raw_to_processed",
            worker_type="G.1X",
            runs=(Measures(spark_jobs=1, driver=5.0, read=2, copied=1),),
        )
    ]


def test_table_has_a_column_for_each_job_and_the_prediction() -> None:
    jobs = [
        ObservedJob(kind="first", worker_type="G.1X", runs=(Measures(tasks=1234, bytes_read=2_500_000),)),
        ObservedJob(kind="stream", worker_type="G.025X", runs=(Measures(copied=3), Measures(copied=4))),
    ]
    console = Console(record=True, width=100)
    console.print(measures_table("Counts", jobs))
    lines = [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]
    assert "tasks 1,234 0" in lines
    assert "MB read 2.50 0.00" in lines
    assert "S3: objects copied 0 7" in lines
    # A minute on two DPUs; two minutes on half of one.
    assert "predicted DPU seconds on Glue 120 60" in lines
    assert "predicted dollars 0.010267 0.005133" in lines
