"""The profile reads job runs, seconds by table and requests."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import profile
from bench.event_log import Figures
from bench.measure import NAMES
from bench.profile import JobRun, job_runs, seconds_by_table
from lake import naming
from lake.model.discovery import load_domain
from localcloud.execution.glue import EVENT_LOGS

SHOP = load_domain("ecommerce")
JOB = NAMES.job(SHOP.name, "raw_to_processed")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Glue:
    """Two runs, the newest first, as the API lists them."""

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
    runs = list(job_runs(Glue(), tmp_path, SHOP))
    assert runs == [JobRun(job=JOB, seconds=seconds, figures=Figures(jobs=1)) for seconds in (3.0, 5.0)]
    (folder / "jr_1").unlink()
    assert [run.seconds for run in job_runs(Glue(), tmp_path, SHOP)] == [5.0]


def test_time_without_a_task_is_idle() -> None:
    assert JobRun(job=JOB, seconds=5.0, figures=Figures(busy=3.0)).idle == 2.0
    assert JobRun(job=JOB, seconds=5.0, figures=Figures(busy=5.1)).idle == 0.0


def test_seconds_of_all_runs_are_added_by_table(tmp_path: Path) -> None:
    for execution, seconds in (("x1", {"orders": 1.5}), ("x2", {"orders": 2.0, "plan": 0.5}), ("x3", None)):
        key = naming.run_detail_key(SHOP.name, execution, "processed_to_curated")
        file = tmp_path / "s3" / NAMES.processed_bucket / key
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"seconds_per_table": seconds} if seconds else {}))
    assert seconds_by_table(tmp_path, SHOP) == {"orders": 3.5, "plan": 0.5}


def test_requests_are_listed_by_role_and_action() -> None:
    requests = Counter({("arn:aws:iam::1:role/jobs", "PutObject"): 1200, ("", "GetObject"): 3})
    console = Console(record=True, width=100)
    console.print(profile._of_requests(requests))
    lines = [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]
    assert "administrator GetObject 3" in lines
    assert "jobs PutObject 1,200" in lines
