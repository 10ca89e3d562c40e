"""Batch benchmarks: a whole history, and one more month after a short and after a long history."""

from __future__ import annotations

import importlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from bench.job_runs import Observation, ObservedJob, measures_table
from bench.measure import ENV, LAYERS, Measured, equal_marts, run_upload
from bench.reference.program import reference
from lake.model.spec import Domain
from localcloud.daemon import PROJECT
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

SHORT, LONG = 12, 70
"""Months of history before the month that is added."""

NEWEST = (2025, 10)
MIN_STAGE_SECONDS = 0.05


def start_of(months: int) -> str:
    """Return the first month (`yyyy-MM`) of a history of `months` months that ends in NEWEST."""
    index = NEWEST[0] * 12 + NEWEST[1] - months
    return f"{index // 12}-{index % 12 + 1:02d}"


def _sample(domain: Domain) -> Any:
    return importlib.import_module(f"domains.{domain.name}.sample")


def _cloud(work: Path, name: str) -> LocalCloud:
    home = work / name
    shutil.rmtree(home, ignore_errors=True)
    return LocalCloud(home)


def write_history(domain: Domain, work: Path, scale: float) -> tuple[Path, Any]:
    """Generate a history in `work`; return its folder and the manifest of the generator."""
    sample = _sample(domain)
    landing = work / "history"
    shutil.rmtree(landing, ignore_errors=True)
    return landing, sample.generate(landing, scale=scale, layout=sample.Layout.HISTORY)


def whole_history(domain: Domain, work: Path, scale: float, console: Console) -> list[ObservedJob]:
    """Print seconds per stage, files and memory for the history in one upload, and DuckDB's seconds.

    Print and return what its jobs did.
    """
    with console.status("generating the history …"):
        landing, manifest = write_history(domain, work, scale)
    out = work / "cdk.out"
    synthesise(PROJECT, out, ENV)
    began = time.monotonic()
    with _cloud(work, "cloud") as cloud:
        executor().warm_up()
        cloud.deploy(out)
        deployed = time.monotonic() - began
        observation = Observation(cloud, domain)
        with console.status("running the pipeline …"):
            measured = run_upload(cloud, domain, landing)
        jobs = observation.jobs()
    with console.status("running DuckDB …"):
        began = time.monotonic()
        with duckdb.connect() as connection:
            reference(domain, landing, connection)
            duckdb_seconds = time.monotonic() - began
            equal, differing = equal_marts(work / "cloud", domain, connection)
    size = sum(file.stat().st_size for file in landing.rglob("*") if file.is_file())
    rows, files = sum(manifest.rows.values()), len(manifest.files)
    console.print(f"{rows:,} rows, {size / 1e6:.1f} MB, {files} files")
    console.print(_stages(measured, deployed))
    total = measured.upload + measured.catalogued
    by_layer = ", ".join(f"{layer} {measured.files[layer]}" for layer in LAYERS)
    console.print(f"upload to catalog        {total:.1f} s (upload {measured.upload:.1f} s)")
    console.print(f"copies of gold           {measured.pipeline - measured.catalogued:.1f} s more")
    console.print(f"Parquet files            {sum(measured.files.values())} ({by_layer})")
    console.print(f"peak resident memory     {measured.memory_mb:,} MB (Spark worker)")
    console.print(f"DuckDB, same gold tables {duckdb_seconds:.1f} s    ratio {total / duckdb_seconds:.1f}")
    console.print(f"gold equal to DuckDB's   {equal} tables; differing: {', '.join(differing) or 'none'}")
    console.print(measures_table("What counts on Glue, the whole history", jobs))
    return jobs


def _stages(measured: Measured, deployed: float) -> Table:
    table = Table("stage", title="Seconds per stage", title_justify="left")
    table.add_column("seconds", justify="right")
    table.add_row("local deploy", f"{deployed:.1f}")
    for name, seconds in measured.stages.items():
        if seconds >= MIN_STAGE_SECONDS:
            table.add_row(name, f"{seconds:.1f}")
    return table


def one_more_month(domain: Domain, work: Path, scale: float, console: Console) -> list[ObservedJob]:
    """Print time and files of the newest month after SHORT and after LONG months, and their ratio.

    Print what its jobs did, and return it for LONG.
    """
    synthesise(PROJECT, work / "cdk.out", ENV)
    measured = {months: _measure_newest(domain, work, scale, months, console) for months in (SHORT, LONG)}
    costs = {months: newest for months, (newest, _) in measured.items()}
    jobs = {months: found for months, (_, found) in measured.items()}
    table = Table("", title="One more month", title_justify="left")
    for months in costs:
        table.add_column(f"after {months} months", justify="right")
    table.add_column("ratio", justify="right")
    rows: Mapping[str, Any] = {
        "until the catalog has it": lambda m: m.catalogued,
        "the whole pipeline": lambda m: m.pipeline,
        "raw_to_processed": lambda m: m.stages.get("RawToProcessed", 0.0),
        "processed_to_curated": lambda m: m.stages.get("ProcessedToCurated", 0.0),
        "files written": lambda m: m.extra["files_added"],
    }
    for name, pick in rows.items():
        short, long = pick(costs[SHORT]), pick(costs[LONG])
        table.add_row(name, f"{short:.1f}", f"{long:.1f}", f"{long / short:.2f}" if short else "–")
    console.print(table)
    for months, found in jobs.items():
        console.print(measures_table(f"What counts on Glue, one more month after {months}", found))
    return jobs[LONG]


def _measure_newest(
    domain: Domain, work: Path, scale: float, months: int, console: Console
) -> tuple[Measured, list[ObservedJob]]:
    sample = _sample(domain)
    landing, last = work / f"months-{months}", work / f"last-{months}"
    for folder in (landing, last):
        shutil.rmtree(folder, ignore_errors=True)
    # Upload the history without its newest month, then the newest month by itself.
    sample.generate(
        landing, scale=scale, months=months + 1, start=start_of(months + 1), layout=sample.Layout.MONTHS
    )
    newest = sorted(path for path in landing.iterdir() if path.is_dir())[-1]
    last.mkdir(parents=True)
    shutil.move(newest, last / newest.name)
    with _cloud(work, f"cloud-{months}") as cloud:
        cloud.deploy(work / "cdk.out")
        with console.status(f"{months} months of history …"):
            before = run_upload(cloud, domain, landing)
        observation = Observation(cloud, domain)
        with console.status(f"one more month after {months} …"):
            after = run_upload(cloud, domain, last)
        jobs = observation.jobs()
    after.extra["files_added"] = sum(after.files.values()) - sum(before.files.values())
    return after, jobs
