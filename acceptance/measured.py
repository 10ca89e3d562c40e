"""What the services say a domain's jobs and crawls took, and what that costs at list prices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from acceptance.environment import Environment
from lake.model.spec import Domain
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, stream_job
from lake.prices import CRAWLER_DPU_HOUR, DPU_HOUR, MINIMUM_SECONDS, SMALLEST_WORKERS

ZONES = ("processed", "curated")
"""The zones that have a crawler."""

HOUR, MINUTE = 3600, MINIMUM_SECONDS


@dataclass(frozen=True, kw_only=True)
class Usage:
    """All runs of one job, or all crawls of one crawler: their number, seconds, DPU hours and dollars."""

    name: str
    runs: int
    seconds: float
    dpu_hours: float
    dollars: float


class Meter:
    """Counts the job runs and crawls that begin after it was made.

    It writes what there was before to a file of the folder `work`. If a try is interrupted, the next one
    counts from there, until `forget`.
    """

    def __init__(self, environment: Environment, domain: Domain, work: Path) -> None:
        self._glue = environment.client("glue")
        names = environment.names
        kinds = [RAW_TO_PROCESSED, PROCESSED_TO_CURATED, *map(stream_job, _streams(domain))]
        self._jobs = [names.job(domain.name, kind) for kind in kinds]
        self._crawlers = [names.crawler(domain.name, zone) for zone in ZONES]
        self._file = work / "measured" / f"{names.env}-{names.account}-{names.region}-{domain.name}.json"
        if not self._file.exists():
            before = {
                "runs": [run["Id"] for job in self._jobs for run in self._runs(job)],
                "crawls": [crawl["CrawlId"] for name in self._crawlers for crawl in self._crawls(name)],
            }
            self._file.parent.mkdir(parents=True, exist_ok=True)
            whole = self._file.with_suffix(".new")
            whole.write_text(json.dumps(before), encoding="utf-8")
            whole.replace(self._file)
        known = json.loads(self._file.read_text(encoding="utf-8"))
        self._runs_before, self._crawls_before = set(known["runs"]), set(known["crawls"])

    def forget(self) -> None:
        """Let the next meter count from its own beginning."""
        self._file.unlink(missing_ok=True)

    def usage(self) -> list[Usage]:
        """Return what each job and crawler has used since, those that did not run left out."""
        found = [self._job(job) for job in self._jobs] + [self._crawler(name) for name in self._crawlers]
        return [usage for usage in found if usage.runs]

    def _job(self, job: str) -> Usage:
        runs = [run for run in self._runs(job) if run["Id"] not in self._runs_before]
        hours = sum(_billed_dpu_seconds(run) for run in runs) / HOUR
        return Usage(
            name=job,
            runs=len(runs),
            seconds=sum(run.get("ExecutionTime", 0) for run in runs),
            dpu_hours=hours,
            dollars=hours * float(DPU_HOUR),
        )

    def _crawler(self, name: str) -> Usage:
        crawls = [crawl for crawl in self._crawls(name) if crawl["CrawlId"] not in self._crawls_before]
        hours = sum(crawl.get("DPUHour", 0.0) for crawl in crawls)
        return Usage(
            name=name,
            runs=len(crawls),
            seconds=sum(_seconds(crawl) for crawl in crawls),
            dpu_hours=hours,
            dollars=hours * float(CRAWLER_DPU_HOUR),
        )

    def _runs(self, job: str) -> Iterator[dict[str, Any]]:
        for page in self._glue.get_paginator("get_job_runs").paginate(JobName=job):
            yield from page["JobRuns"]

    def _crawls(self, crawler: str) -> Iterator[dict[str, Any]]:
        """Yield the crawls of a crawler; none if crawls are switched off and there is no crawler."""
        token: dict[str, str] = {}
        while True:
            try:
                answer = self._glue.list_crawls(CrawlerName=crawler, **token)
            except ClientError as error:
                if error.response["Error"]["Code"] == "EntityNotFoundException":
                    return
                raise
            yield from answer["Crawls"]
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _streams(domain: Domain) -> Iterator[str]:
    return (table.name for table in domain.stream_tables)


def _billed_dpu_seconds(run: dict[str, Any]) -> float:
    """Return the DPU seconds that a run is billed for, at least MINUTE at its capacity.

    They are measured where the job scales; elsewhere they are the capacity for the whole time.
    """
    capacity, seconds = float(run.get("MaxCapacity", 0.0)), float(run.get("ExecutionTime", 0))
    used = float(run.get("DPUSeconds", capacity * seconds))
    if seconds >= MINUTE:
        return used
    return used / seconds * MINUTE if used and seconds else min(float(SMALLEST_WORKERS), capacity) * MINUTE


def _seconds(crawl: dict[str, Any]) -> float:
    if not crawl.get("EndTime"):
        return 0.0
    return float((crawl["EndTime"] - crawl["StartTime"]).total_seconds())
