"""Estimate the costs of the templates, a month at rest and one run, from a table of list prices.

Prices are AWS list prices of us-east-1 in US dollars, as of November 2026; other regions differ by some
percent. Costs that depend on the amount of data (storage, scans) are given as a rate.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.foundation.config import DROPS, NEVER
from lake.naming import CONTINUOUS

AT_REST: Mapping[str, float] = {
    "AWS::CloudWatch::Alarm": 0.10,
    "AWS::KMS::Key": 1.00,
    "AWS::SecretsManager::Secret": 0.40,
}
"""Resource type → dollars a month, used or not. Other types cost nothing at rest."""

DPU_HOUR = 0.308
CRAWLER_DPU_HOUR = 0.44
TRANSITION = 0.025 / 1000
S3_GB_MONTH = 0.023
SCAN_TB = 5.00

JOB_MINUTES = 2
"""Assumed duration of a job run; Glue bills at least one minute."""
CRAWL_MINUTES = 10
"""Shortest duration that Glue bills for a crawl."""
CRAWL_DPUS = 2
TRANSITIONS = 20
"""State transitions of an execution that publishes and does not wait for a lease."""
CRAWL_TRANSITIONS = 10
"""Further state transitions of a crawl that is ready after some minutes, and of its validation."""
DPUS = {"G.1X": 1, "G.2X": 2, "G.025X": 0.25}
STREAM_MINUTES = 2
"""Assumed duration of a streaming run with the trigger available-now."""
HOURS = 730
"""Hours of a month."""
UNIT_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the estimate, in dollars."""

    what: str
    dollars: float


def templates(outdir: Path) -> list[dict[str, Any]]:
    """Return the parsed templates of the cloud assembly in `outdir`."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(outdir.glob("*.template.json"))]


def at_rest(outdir: Path) -> list[Line]:
    """Return the costs a month of resources that are billed whether they are used or not."""
    counts = Counter(resource["Type"] for resource in _resources(outdir))
    return [
        Line(what=f"{counts[kind]} × {kind}", dollars=counts[kind] * price)
        for kind, price in AT_REST.items()
        if counts[kind]
    ]


def per_run(outdir: Path) -> list[Line]:
    """Return the costs of one run of every domain that a CSV drop with new partitions starts.

    A run starts each batch job at its smallest scale, each crawler once, and the states of the state machine.
    """
    resources = _resources(outdir)
    lines = [_job(job) for job in _jobs(resources, "glueetl")]
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
        lines.append(_transitions(machines * TRANSITIONS + crawlers * CRAWL_TRANSITIONS))
    return lines


def scheduled(outdir: Path) -> list[Line]:
    """Return the costs a month of the pipelines that a schedule starts, if each run finds new rows.

    Such a run starts both jobs and, unless crawls are switched to always, no crawler.
    """
    lines = []
    for template in templates(outdir):
        resources = list(template.get("Resources", {}).values())
        for schedule in (r["Properties"] for r in resources if r["Type"] == "AWS::Scheduler::Schedule"):
            if "JobName" not in schedule["Target"].get("Input", ""):
                starts = HOURS / _rate_hours(schedule["ScheduleExpression"])
                lines.append(_scheduled(schedule["Name"], starts, resources))
    return lines


def _scheduled(name: str, starts: float, resources: Sequence[Mapping[str, Any]]) -> Line:
    """Return the costs a month of `starts` runs of the pipeline whose stack has `resources`."""
    run = sum(_job(job).dollars for job in _jobs(resources, "glueetl")) + _transitions(TRANSITIONS).dollars
    crawls = sum(r["Type"] == "AWS::Glue::Crawler" for r in resources) if _crawls_always(resources) else 0
    run += crawls * (CRAWL_DPUS * CRAWL_MINUTES / 60 * CRAWLER_DPU_HOUR + CRAWL_TRANSITIONS * TRANSITION)
    return Line(what=f"{name}, {starts:.0f} runs with {crawls or 'no'} crawls", dollars=starts * run)


def _crawls_always(resources: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the state machine crawls without asking whether a drop brought new partitions."""
    definitions = [
        json.dumps(r["Properties"]["DefinitionString"])
        for r in resources
        if r["Type"] == "AWS::StepFunctions::StateMachine"
    ]
    return any("CrawlCurated" in text and "IsCuratedPartitionNew" not in text for text in definitions)


def _transitions(number: int) -> Line:
    return Line(what=f"{number} state transitions", dollars=number * TRANSITION)


def streams(outdir: Path) -> list[Line]:
    """Return the costs a month of the streaming jobs, with their triggers and schedules."""
    starts = _starts_per_month(outdir)
    return [_stream(job, starts.get(job["Name"], 0.0)) for job in _jobs(_resources(outdir), "gluestreaming")]


def continuous(outdir: Path) -> float:
    """Return the dollars a month of the streaming jobs if all of them ran continuously."""
    return sum(_dpus(job) * HOURS * DPU_HOUR for job in _jobs(_resources(outdir), "gluestreaming"))


def _stream(job: Mapping[str, Any], starts: float) -> Line:
    dpus = _dpus(job)
    if job["DefaultArguments"]["--trigger"] == CONTINUOUS:
        return Line(what=f"{job['Name']}, all the time on {dpus:g} DPU", dollars=dpus * HOURS * DPU_HOUR)
    return Line(
        what=f"{job['Name']}, {starts:.0f} runs of {STREAM_MINUTES} min on {dpus:g} DPU",
        dollars=starts * STREAM_MINUTES / 60 * dpus * DPU_HOUR,
    )


def _starts_per_month(outdir: Path) -> dict[str, float]:
    """Return job name → number of starts by schedules in a month."""
    found: dict[str, float] = {}
    for resource in _resources(outdir):
        if resource["Type"] == "AWS::Scheduler::Schedule":
            properties = resource["Properties"]
            name = json.loads(properties["Target"].get("Input", "{}")).get("JobName")
            if name:
                found[name] = HOURS / _rate_hours(properties["ScheduleExpression"])
    return found


def _rate_hours(expression: str) -> float:
    """Return the hours of an expression like `rate(15 minutes)`."""
    number, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return int(number) * UNIT_HOURS[unit.removesuffix("s")]


def _jobs(resources: Sequence[Mapping[str, Any]], command: str) -> list[dict[str, Any]]:
    """Return the properties of the Glue jobs with the command `glueetl` or `gluestreaming`."""
    jobs = [r["Properties"] for r in resources if r["Type"] == "AWS::Glue::Job"]
    return [job for job in jobs if job["Command"]["Name"] == command]


def _resources(outdir: Path) -> list[dict[str, Any]]:
    return [resource for template in templates(outdir) for resource in template.get("Resources", {}).values()]


def _dpus(job: Mapping[str, Any]) -> float:
    # Auto scaling starts with the driver and one executor, whatever the maximum.
    return float(min(2, job["NumberOfWorkers"]) * DPUS[job["WorkerType"]])


def _job(job: Mapping[str, Any]) -> Line:
    dpus = _dpus(job)
    return Line(
        what=f"{job['Name']}, {JOB_MINUTES} min on {dpus:g} DPU", dollars=dpus * JOB_MINUTES / 60 * DPU_HOUR
    )


def estimate(outdir: Path) -> str:
    """Return the whole estimate as text."""
    sections = [
        ("A month at rest", at_rest(outdir)),
        ("A month of streams", streams(outdir)),
        ("A month of scheduled pipelines", scheduled(outdir)),
        ("One run of a drop in every domain, with its jobs and crawlers", per_run(outdir)),
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
            f"(--stream-trigger {CONTINUOUS}; off by default)."
        )
    kinds = Counter(resource["Type"] for resource in _resources(outdir))
    if not kinds["AWS::Glue::SecurityConfiguration"]:
        keys = kinds["AWS::StepFunctions::StateMachine"] * AT_REST["AWS::KMS::Key"]
        lines.append(
            f"Logs encrypted with a key of each domain would cost ${keys:.2f} a month more "
            "(--encrypted-logs; off by default)."
        )
    lines.append(
        f"By use: S3 ${S3_GB_MONTH}/GB a month, Athena ${SCAN_TB:.0f}/TB scanned. Only a drop "
        f"with new partitions starts a crawler (-c crawl={DROPS}); {NEVER} saves the crawls."
    )
    lines.append("List prices of us-east-1, November 2026; an estimate, not a quote.")
    return "\n".join(lines)
