"""What the templates cost: a month at rest, and one run, from a small table of list prices.

Prices are those of us-east-1 in US dollars, as of November 2026; other regions differ by some
percent. What depends on the amount of data (storage, logs, scans) is given as a rate.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.foundation.config import CONTINUOUS

AT_REST: Mapping[str, float] = {
    "AWS::CloudWatch::Alarm": 0.10,
    "AWS::KMS::Key": 1.00,
    "AWS::SecretsManager::Secret": 0.40,
}
"""Resource type → dollars a month, used or not. Types that are not here cost nothing at rest."""

DPU_HOUR = 0.308
CRAWLER_DPU_HOUR = 0.44
TRANSITION = 0.025 / 1000
S3_GB_MONTH = 0.023
SCAN_TB = 5.00

JOB_MINUTES = 2
"""Assumed length of a job's run; Glue bills one minute at least."""
CRAWL_MINUTES = 10
"""Least that a crawl is billed."""
CRAWL_DPUS = 2
TRANSITIONS = 20
"""Of an execution that publishes and crawls both zones once, without waiting for a lease."""
DPUS = {"G.1X": 1, "G.2X": 2, "G.025X": 0.25}
STREAM_MINUTES = 2
"""Assumed length of a stream's run that takes what is there."""
HOURS = 730
"""Of a month."""
UNIT_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the estimate, in dollars."""

    what: str
    dollars: float


def templates(outdir: Path) -> list[dict[str, Any]]:
    """The templates of a cloud assembly."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(outdir.glob("*.template.json"))]


def at_rest(outdir: Path) -> list[Line]:
    """Dollars a month for what exists, before any byte is stored."""
    counts = Counter(resource["Type"] for resource in _resources(outdir))
    return [
        Line(what=f"{counts[kind]} × {kind}", dollars=counts[kind] * price)
        for kind, price in AT_REST.items()
        if counts[kind]
    ]


def per_run(outdir: Path) -> list[Line]:
    """Dollars for one run of every domain: all jobs at their smallest scale, all crawlers, the steps."""
    resources = _resources(outdir)
    lines = [_job(job) for job in _jobs(outdir, "glueetl")]
    crawlers = sum(resource["Type"] == "AWS::Glue::Crawler" for resource in resources)
    crawl = CRAWL_DPUS * CRAWL_MINUTES / 60 * CRAWLER_DPU_HOUR
    if crawlers:
        lines.append(
            Line(
                what=f"{crawlers} crawls of {CRAWL_MINUTES} min on {CRAWL_DPUS} DPU", dollars=crawlers * crawl
            )
        )
    machines = sum(resource["Type"] == "AWS::StepFunctions::StateMachine" for resource in resources)
    if machines:
        lines.append(
            Line(
                what=f"{machines * TRANSITIONS} state transitions",
                dollars=machines * TRANSITIONS * TRANSITION,
            )
        )
    return lines


def streams(outdir: Path) -> list[Line]:
    """Dollars a month for the streaming jobs, as they are triggered and scheduled."""
    starts = _starts_a_month(outdir)
    return [_stream(job, starts.get(job["Name"], 0.0)) for job in _jobs(outdir, "gluestreaming")]


def continuous(outdir: Path) -> float:
    """Dollars a month for the streaming jobs if all of them ran all the time."""
    return sum(_dpus(job) * HOURS * DPU_HOUR for job in _jobs(outdir, "gluestreaming"))


def _stream(job: Mapping[str, Any], starts: float) -> Line:
    dpus = _dpus(job)
    if job["DefaultArguments"]["--trigger"] == CONTINUOUS:
        return Line(what=f"{job['Name']}, all the time on {dpus:g} DPU", dollars=dpus * HOURS * DPU_HOUR)
    return Line(
        what=f"{job['Name']}, {starts:.0f} runs of {STREAM_MINUTES} min on {dpus:g} DPU",
        dollars=starts * STREAM_MINUTES / 60 * dpus * DPU_HOUR,
    )


def _starts_a_month(outdir: Path) -> dict[str, float]:
    """Job name → how often schedules start it."""
    found: dict[str, float] = {}
    for resource in _resources(outdir):
        if resource["Type"] == "AWS::Scheduler::Schedule":
            properties = resource["Properties"]
            name = json.loads(properties["Target"].get("Input", "{}")).get("JobName")
            if name:
                found[name] = HOURS / _rate_hours(properties["ScheduleExpression"])
    return found


def _rate_hours(expression: str) -> float:
    """Hours of `rate(15 minutes)`."""
    number, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return int(number) * UNIT_HOURS[unit.removesuffix("s")]


def _jobs(outdir: Path, command: str) -> list[dict[str, Any]]:
    """Properties of the Glue jobs of a kind."""
    jobs = [r["Properties"] for r in _resources(outdir) if r["Type"] == "AWS::Glue::Job"]
    return [job for job in jobs if job["Command"]["Name"] == command]


def _resources(outdir: Path) -> list[dict[str, Any]]:
    return [resource for template in templates(outdir) for resource in template.get("Resources", {}).values()]


def _dpus(job: Mapping[str, Any]) -> float:
    # Auto scaling starts with the driver and one executor, whatever the limit.
    return float(min(2, job["NumberOfWorkers"]) * DPUS[job["WorkerType"]])


def _job(job: Mapping[str, Any]) -> Line:
    dpus = _dpus(job)
    return Line(
        what=f"{job['Name']}, {JOB_MINUTES} min on {dpus:g} DPU", dollars=dpus * JOB_MINUTES / 60 * DPU_HOUR
    )


def estimate(outdir: Path) -> str:
    """The whole estimate, as text."""
    sections = [
        ("A month at rest", at_rest(outdir)),
        ("A month of streams", streams(outdir)),
        ("One run with new files, per domain's jobs and crawlers", per_run(outdir)),
    ]
    lines: list[str] = []
    for title, items in sections:
        if not items:
            continue
        lines.append(f"{title}: ${sum(item.dollars for item in items):.2f}")
        lines += [f"  ${item.dollars:8.4f}  {item.what}" for item in items]
    always = continuous(outdir)
    if always:
        lines.append(
            f"Streams with the trigger {CONTINUOUS} would cost ${always:.2f} a month "
            f"(-c stream_trigger={CONTINUOUS}; off unless asked for)."
        )
    lines.append(
        f"By use: S3 ${S3_GB_MONTH}/GB a month, Athena ${SCAN_TB:.0f}/TB scanned; a run without new files "
        f"ends before the crawlers."
    )
    lines.append("List prices of us-east-1, November 2026; an estimate, not a quote.")
    return "\n".join(lines)
