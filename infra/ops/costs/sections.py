"""The sections of the estimate: at rest, idle, schedules with data, and drops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.ops.costs import relational, runs
from infra.ops.costs.measured import predicted
from infra.ops.costs.prices import (
    AT_REST,
    DAYS,
    HOURS,
    POLLS,
    QUICKSIGHT_AUTHOR,
    REFRESH_MB,
    SCAN_TB,
    SQS_REQUEST,
    TRAIN_MINUTES,
    TRANSITION,
    TRANSITIONS,
)
from infra.ops.costs.stacks import Job, Schedule, Stack, stacks
from lake.measures import HISTORY
from lake.prices import CRAWL_DPUS, CRAWL_MINUTES, job_dollars_of


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the estimate, in dollars."""

    what: str
    dollars: float


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines under a title; `key` names the section for programs."""

    key: str
    title: str
    lines: Sequence[Line]


def total(lines: Sequence[Line]) -> float:
    """Return the sum of the lines."""
    return sum(line.dollars for line in lines)


def sections(outdir: Path) -> list[Section]:
    """Return all sections that have lines."""
    found = [
        Section(key="month_at_rest", title="A month at rest", lines=at_rest(outdir)),
        Section(key="month_idle", title="A month without new files, schedules included", lines=idle(outdir)),
        Section(key="month_of_streams", title="A month of streams with new rows", lines=streams(outdir)),
        Section(
            key="month_of_pipelines",
            title="A month of scheduled pipelines with new rows",
            lines=scheduled(outdir),
        ),
        Section(key="month_of_trainings", title="A month of trainings", lines=trainings(outdir)),
        *(
            Section(key=f"drop_{stack}", title=f"One drop into {stack}", lines=lines)
            for stack, lines in drops(outdir).items()
        ),
        *(
            Section(key=f"history_{stack}", title=f"The whole history into {stack}, once", lines=lines)
            for stack, lines in histories(outdir).items()
        ),
    ]
    return [section for section in found if section.lines]


def at_rest(outdir: Path) -> list[Line]:
    """Return the costs a month of resources that are billed whether they are used or not."""
    counts: Counter[str] = sum((stack.counts for stack in stacks(outdir)), Counter())
    lines = [
        Line(what=f"{counts[kind]} × {kind}", dollars=counts[kind] * price)
        for kind, price in AT_REST.items()
        if counts[kind]
    ]
    lines += [
        Line(what=what, dollars=dollars)
        for stack in stacks(outdir)
        for what, dollars in relational.at_rest(stack)
    ]
    if pipes := counts["AWS::Pipes::Pipe"]:
        polls = pipes * POLLS * HOURS
        lines.append(Line(what=f"{pipes} pipes poll their queues", dollars=polls * SQS_REQUEST))
    if counts["AWS::QuickSight::Dashboard"]:
        lines.append(
            Line(what="one author of QuickSight, 10 GB of SPICE included", dollars=QUICKSIGHT_AUTHOR)
        )
    if schedules := counts["AWS::QuickSight::RefreshSchedule"]:
        scanned = schedules * DAYS * REFRESH_MB / 1024 / 1024
        what = f"{schedules} datasets of QuickSight, refreshed daily from at least {REFRESH_MB} MB each"
        lines.append(Line(what=what, dollars=scanned * SCAN_TB))
    return lines


def idle(outdir: Path) -> list[Line]:
    """Return the costs of a month in which nothing arrives: at rest, and schedules that find nothing."""
    lines = [Line(what="at rest", dollars=total(at_rest(outdir)))]
    for job, starts in _streams(outdir):
        if job.is_continuous:
            lines.append(_all_month(job))
        else:
            run = runs.job_run(job, idle=True)
            lines.append(Line(what=f"{job.name}, {starts:.0f} runs of 1 min", dollars=starts * run))
    for stack, name, starts in _pipelines(outdir):
        run = runs.idle_pipeline_run(stack)
        lines.append(Line(what=f"{name}, {starts:.0f} runs that end early", dollars=starts * run))
    for stack, schedule in _trainings(outdir):
        what = f"{schedule.name}, {schedule.starts:.0f} runs that promote nothing"
        lines.append(Line(what=what, dollars=schedule.starts * runs.training(stack)))
    return lines


def streams(outdir: Path) -> list[Line]:
    """Return the costs a month of the streaming jobs, if each run finds new rows."""
    return [
        _all_month(job)
        if job.is_continuous
        else Line(
            what=f"{job.name}, {starts:.0f} runs of {runs.basis(job)}",
            dollars=starts * (runs.job_run(job) + runs.table_metrics(1)),
        )
        for job, starts in _streams(outdir)
    ]


def continuous(outdir: Path) -> float:
    """Return the dollars a month of the streaming jobs if all of them ran continuously."""
    return sum(_all_month(job).dollars for job, _ in _streams(outdir))


def scheduled(outdir: Path) -> list[Line]:
    """Return the costs a month of the pipelines that a schedule starts, if each run finds new rows.

    Such a run starts both jobs and, unless crawls are switched to always, no crawler.
    """
    lines = []
    for stack, name, starts in _pipelines(outdir):
        crawls = stack.counts["AWS::Glue::Crawler"] if stack.crawls_always else 0
        run = runs.pipeline_run(stack, crawls=crawls)
        lines.append(
            Line(what=f"{name}, {starts:.0f} runs with {crawls or 'no'} crawls", dollars=starts * run)
        )
    return lines


def trainings(outdir: Path) -> list[Line]:
    """Return the costs a month of trainings, each with the publication that follows a promotion."""
    lines = []
    for stack, schedule in _trainings(outdir):
        lines += [
            Line(
                what=f"{schedule.name}, {schedule.starts:.0f} runs of {TRAIN_MINUTES} min",
                dollars=schedule.starts * runs.training(stack),
            ),
            Line(
                what="publication after a promotion, without crawls",
                dollars=schedule.starts * runs.pipeline_run(stack, crawls=0),
            ),
        ]
    return lines


def drops(outdir: Path) -> dict[str, list[Line]]:
    """Return, by stack, the costs of a run that a CSV drop with new partitions starts.

    The run starts each batch job at its smallest scale, and each crawler once.
    """
    return {stack.name: list(_drop(stack)) for stack in stacks(outdir) if stack.has_pipeline}


def histories(outdir: Path) -> dict[str, list[Line]]:
    """Return, by stack, the DPUs of the jobs that bring a whole history, where one was recorded."""
    return {stack.name: list(_history(stack)) for stack in stacks(outdir)}


def _history(stack: Stack) -> Iterator[Line]:
    for job in stack.jobs:
        if found := predicted(job, [HISTORY]):
            number = found.measures.runs
            yield Line(
                what=f"{job.name}, {number} × {found.basis}",
                dollars=number * float(job_dollars_of(found.dpu_seconds)),
            )


def _drop(stack: Stack) -> Iterator[Line]:
    jobs = [job for job in stack.jobs if job.is_of_pipeline]
    for job in jobs:
        yield Line(what=f"{job.name}, {runs.basis(job)}", dollars=runs.compute_of_run(job))
    if jobs:
        yield Line(what="logs and requests of the jobs", dollars=sum(map(runs.beside, jobs)))
    if stack.drop_tables:
        what = f"metrics of {stack.drop_tables} tables"
        yield Line(what=what, dollars=runs.table_metrics(stack.drop_tables))
    yield Line(what=f"{TRANSITIONS} state transitions", dollars=TRANSITIONS * TRANSITION)
    if crawls := stack.counts["AWS::Glue::Crawler"]:
        what = f"{crawls} crawls of {CRAWL_MINUTES} min on {CRAWL_DPUS} DPU"
        yield Line(what=what, dollars=crawls * runs.crawl())


def _streams(outdir: Path) -> Iterator[tuple[Job, float]]:
    """Yield job and starts a month of each streaming job."""
    for stack in stacks(outdir):
        starts = {schedule.job: schedule.starts for schedule in stack.schedules}
        for job in stack.jobs:
            if job.is_stream:
                yield job, starts.get(job.name, 0.0)


def _pipelines(outdir: Path) -> Iterator[tuple[Stack, str, float]]:
    """Yield stack, name and starts a month of each schedule that starts a pipeline."""
    for stack in stacks(outdir):
        for schedule in stack.schedules:
            if not schedule.job and not schedule.is_training:
                yield stack, schedule.name, schedule.starts


def _trainings(outdir: Path) -> Iterator[tuple[Stack, Schedule]]:
    """Yield stack and schedule of each training that a schedule starts."""
    for stack in stacks(outdir):
        for schedule in stack.schedules:
            if schedule.is_training:
                yield stack, schedule


def _all_month(job: Job) -> Line:
    dollars = runs.compute(job, HOURS * 60) + runs.looks_for(HOURS)
    return Line(what=f"{job.name}, all the time on {job.dpus:g} DPU", dollars=dollars)
