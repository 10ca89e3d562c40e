"""Job runs and crawls, by the figures of the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from acceptance.environment import Environment
from acceptance.measured import Meter, Usage
from lake.model.discovery import load_domain
from lake.naming import Names

NAMES = Names(env="dev", account="123456789012", region="us-east-1")
START = datetime(2025, 8, 1, tzinfo=UTC)


class Glue:
    """Answers with runs by job, and with crawls by crawler in pages of one."""

    def __init__(self) -> None:
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.crawls: dict[str, list[dict[str, Any]]] = {}

    def get_paginator(self, operation: str) -> Glue:
        assert operation == "get_job_runs"
        return self

    def paginate(self, JobName: str) -> list[dict[str, Any]]:
        return [{"JobRuns": self.runs.get(JobName, [])}]

    def list_crawls(self, CrawlerName: str, NextToken: str = "0") -> dict[str, Any]:
        crawls, place = self.crawls.get(CrawlerName, []), int(NextToken)
        more = {"NextToken": str(place + 1)} if place + 1 < len(crawls) else {}
        return {"Crawls": crawls[place : place + 1], **more}


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meters write below a folder of this test."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Glue:
    fake = Glue()
    monkeypatch.setattr(Environment, "client", lambda self, service: fake)
    return fake


def meter() -> Meter:
    return Meter(Environment(session=None, names=NAMES), load_domain("ecommerce"), Path("work"))  # type: ignore[arg-type]


def test_only_what_began_since_is_counted(glue: Glue) -> None:
    job, crawler = NAMES.job("ecommerce", "raw_to_processed"), NAMES.crawler("ecommerce", "curated")
    old = {"Id": "old", "ExecutionTime": 500, "DPUSeconds": 1000.0, "MaxCapacity": 2.0}
    glue.runs[job] = [old]
    glue.crawls[crawler] = [{"CrawlId": "old", "StartTime": START, "EndTime": START, "DPUHour": 9.0}]
    measured = meter()
    glue.runs[job].append({"Id": "new", "ExecutionTime": 90, "DPUSeconds": 180.0, "MaxCapacity": 2.0})
    for number in (1, 2):
        end = START + timedelta(seconds=60 * number)
        glue.crawls[crawler].append(
            {"CrawlId": str(number), "StartTime": START, "EndTime": end, "DPUHour": 0.25}
        )
    assert measured.usage() == [
        Usage(name=job, runs=1, seconds=90, dpu_hours=0.05, dollars=0.05 * 0.308),
        Usage(name=crawler, runs=2, seconds=180.0, dpu_hours=0.5, dollars=0.22),
    ]


def test_second_try_counts_what_the_first_one_used(glue: Glue) -> None:
    job = NAMES.job("ecommerce", "raw_to_processed")
    meter()
    glue.runs[job] = [
        {"Id": "of the first try", "ExecutionTime": 90, "DPUSeconds": 180.0, "MaxCapacity": 2.0}
    ]
    second = meter()
    assert [usage.runs for usage in second.usage()] == [1]
    second.forget()
    assert meter().usage() == []


@pytest.mark.parametrize(
    ("run", "dpu_seconds"),
    [
        ({"ExecutionTime": 120, "MaxCapacity": 0.5}, 60.0),
        ({"ExecutionTime": 120, "MaxCapacity": 10.0, "DPUSeconds": 240.0}, 240.0),
        ({"ExecutionTime": 20, "MaxCapacity": 10.0, "DPUSeconds": 40.0}, 120.0),
        ({"ExecutionTime": 0, "MaxCapacity": 10.0, "DPUSeconds": 0.0}, 120.0),
        ({"ExecutionTime": 6, "MaxCapacity": 0.5}, 30.0),
    ],
)
def test_run_is_billed_a_minute_at_least(glue: Glue, run: dict[str, Any], dpu_seconds: float) -> None:
    measured = meter()
    glue.runs[NAMES.job("ecommerce", "raw_to_processed")] = [{"Id": "1", **run}]
    [usage] = measured.usage()
    assert usage.dpu_hours == pytest.approx(dpu_seconds / 3600)


def test_environment_without_crawlers_has_no_crawls(glue: Glue, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: str) -> None:
        raise ClientError({"Error": {"Code": "EntityNotFoundException", "Message": ""}}, "ListCrawls")

    monkeypatch.setattr(glue, "list_crawls", missing)
    assert meter().usage() == []


def test_crawl_that_runs_takes_no_time_yet(glue: Glue) -> None:
    measured = meter()
    glue.crawls[NAMES.crawler("ecommerce", "processed")] = [{"CrawlId": "1", "StartTime": START}]
    [usage] = measured.usage()
    assert (usage.runs, usage.seconds, usage.dollars) == (1, 0.0, 0.0)
