"""Where the time of a pipeline goes: figures of Spark by job run, seconds by table, requests to S3."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.job_runs import JobRun, Observation, ObservedJob, measures_table
from bench.measure import ENV, NAMES, run_upload
from bench.queries import measure_queries
from lake import naming
from lake.model.spec import Domain
from lake.naming import stream_job
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

SLOWEST_TABLES = 12
IDLE_SECONDS = 3_600.0
PUBLISH = "PublishMarts"
"""State of the pipeline that publishes to the serving store."""


def profile(
    domain: Domain, landing: Path, work: Path, console: Console, *, short_runs: bool = False
) -> list[ObservedJob]:
    """Upload a folder to an empty cloud in `work`; print the profile of the domain's jobs and of its answers.

    The jobs of streams run over all of their files, after the pipeline. Return the jobs with their measures.
    """
    synthesise(PROJECT, work / "cdk.out", ENV)
    home = work / f"profile-{domain.name}"
    shutil.rmtree(home, ignore_errors=True)
    cloud = LocalCloud(home, short_runs=short_runs)
    with cloud, console.status(f"{domain.name} …"):
        executor().warm_up()
        cloud.deploy(work / "cdk.out")
        observation = Observation(cloud, domain)
        measured = run_upload(cloud, domain, landing)
        for table in domain.stream_tables:
            cloud.fire_schedule(NAMES.schedule(domain.name, stream_job(table.name)))
        cloud.wait_idle(IDLE_SECONDS)
        runs, jobs, requests = observation.runs(), observation.jobs(), observation.requests()
        measure_queries(cloud.client("athena"), domain, console)
    if PUBLISH in measured.stages:
        console.print(f"first publication to the serving store {measured.stages[PUBLISH]:.1f} s")
    console.print(f"upload {measured.upload:.1f} s, pipeline {measured.pipeline:.1f} s")
    console.print(_of_runs(runs))
    console.print(measures_table("What counts on Glue", jobs))
    console.print(_of_tables(seconds_by_table(home, domain)))
    console.print(_of_requests(requests))
    return jobs


def seconds_by_table(home: Path, domain: Domain) -> Counter[str]:
    """Return seconds of the driver by table, from the details of the runs; concurrent ones overlap."""
    found: Counter[str] = Counter()
    folder = home / "s3" / NAMES.processed_bucket / naming.runs_root(domain.name)
    for file in folder.rglob("*-detail.json"):
        for table, seconds in json.loads(file.read_text()).get("seconds_per_table", {}).items():
            found[table] += seconds
    return found


def _of_runs(runs: Sequence[JobRun]) -> Table:
    table = Table("job run", title="Spark by job run", title_justify="left")
    headings = (
        "seconds",
        "no task",
        "queries",
        "jobs",
        "stages",
        "tasks",
        "processor s",
        "MB read",
        "MB written",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for run in runs:
        each = run.figures
        cells = (
            f"{run.seconds:.1f}", f"{run.idle:.1f}", f"{each.queries}", f"{each.jobs}", f"{each.stages}",
            f"{each.tasks}", f"{each.processor:.1f}", f"{each.bytes_read / 1e6:.2f}",
            f"{each.bytes_written / 1e6:.2f}",
        )  # fmt: skip
        table.add_row(run.job, *cells)
    return table


def _of_tables(seconds: Counter[str]) -> Table:
    table = Table("table", title="Driver seconds by table (they overlap)", title_justify="left")
    table.add_column("seconds", justify="right")
    for name, number in seconds.most_common(SLOWEST_TABLES):
        table.add_row(name, f"{number:.1f}")
    return table


def _of_requests(requests: Counter[tuple[str, str]]) -> Table:
    table = Table("role", "action", title="Requests to S3, without Spark's own", title_justify="left")
    table.add_column("requests", justify="right")
    for (role, action), number in sorted(requests.items()):
        table.add_row(role.rpartition("/")[2] or "administrator", action, f"{number:,}")
    return table
