"""Relational benchmark: a million rows of a wide table into MySQL, an unchanged load, a changed month."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table as Grid

from bench.job_runs import Observation, measures_table
from bench.measure import ENV, NAMES
from lake import naming
from lake.errors import CaudalError
from lake.model.relational.schema import RelationalSchema, relational_schemas
from lake.model.spec import Domain
from lake.naming import CURATED_TO_RDS
from localcloud.daemon import PROJECT
from localcloud.database.mariadb import PACKAGES
from localcloud.database.rds import is_installed
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from localcloud.synth import synthesise

MONTHS = 24
FIRST_YEAR = 2024
DATABASE_SECONDS = 120.0
IDLE_SECONDS = 3_600.0

_VALUES = {
    "string": "'value ' || (i * 7919 % 1000)",
    "int": "CAST(i % 100 AS INTEGER)",
    "bigint": "i",
    "boolean": "i % 2 = 0",
    "date": "CAST({month} AS DATE)",
    "timestamp": "CAST({month} + INTERVAL (i % 2000000) SECOND AS TIMESTAMPTZ)",
}
"""SQL for the value of row `i`, by type; the month is a timestamp."""


def widest(domain: Domain) -> RelationalSchema:
    """Return the relational table of silver with most columns that is partitioned by month."""
    dated = [
        each
        for each in relational_schemas(domain)
        if each.layer == "silver" and each.partition_by is not None
    ]
    return min(dated, key=lambda each: (-len(each.fields), each.name))


def generated(domain: Domain, schema: RelationalSchema, count: int, number: int, changed: int) -> str:
    """Return the query for the rows of month `number`; every hundredth row differs for another `changed`."""
    month = f"TIMESTAMP '{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}-01'"
    columns = []
    for column in domain.table(schema.name).silver_columns:
        value = _VALUES.get(column.type, f"CAST(i % 1000 AS {column.type})").format(month=month)
        if column.name not in schema.key and column.type.startswith("decimal"):
            value = f"CAST(i % 1000 + CASE WHEN i % 100 = 0 THEN {changed} ELSE 0 END AS {column.type})"
        columns.append(f"{value} AS {column.name}")
    start = number * count
    return f"SELECT {', '.join(columns)} FROM (SELECT unnest(range({start}, {start + count})) AS i)"


def put_month(
    cloud: LocalCloud, domain: Domain, schema: RelationalSchema, query: str, number: int, work: Path
) -> None:
    """Store the rows of a query as the silver file of month `number`."""
    file = work / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
    prefix = naming.layer_prefix("silver", domain.name, schema.name)
    key = f"{prefix}year={FIRST_YEAR + number // 12}/month={number % 12 + 1}/part-00000.parquet"
    cloud.client("s3").put_object(Bucket=NAMES.processed_bucket, Key=key, Body=file.read_bytes())
    file.unlink()


def load(cloud: LocalCloud, domain: Domain, execution: str) -> dict[str, Any]:
    """Run the load; return its summary with its `seconds`. Raises CaudalError if the job fails."""
    glue, job = cloud.client("glue"), NAMES.job(domain.name, CURATED_TO_RDS)
    began = time.monotonic()
    run = glue.start_job_run(JobName=job, Arguments={"--execution": execution, "--full_refresh": "false"})
    cloud.wait_idle(IDLE_SECONDS)
    seconds = time.monotonic() - began
    ended = glue.get_job_run(JobName=job, RunId=run["JobRunId"])["JobRun"]
    if ended["JobRunState"] != "SUCCEEDED":
        raise CaudalError(f"the load failed: {ended.get('ErrorMessage')}", where=f"job {job}")
    key = naming.run_key(domain.name, execution, CURATED_TO_RDS)
    body = cloud.client("s3").get_object(Bucket=NAMES.processed_bucket, Key=key)["Body"].read()
    summary: dict[str, Any] = json.loads(body)
    return {**summary, "seconds": seconds}


def wait_for_database(cloud: LocalCloud) -> None:
    """Wait until the database is available. Raises CaudalError if it is not in time."""
    rds, deadline = cloud.client("rds"), time.monotonic() + DATABASE_SECONDS
    while True:
        [found] = rds.describe_db_instances(DBInstanceIdentifier=NAMES.relational)["DBInstances"]
        if found["DBInstanceStatus"] == "available":
            return
        if found["DBInstanceStatus"] == "stopped":
            rds.start_db_instance(DBInstanceIdentifier=NAMES.relational)
        if time.monotonic() > deadline:
            raise CaudalError(f"the database is {found['DBInstanceStatus']}.", where=NAMES.relational)
        time.sleep(0.1)


def relational_copy(domain: Domain, work: Path, count: int, console: Console) -> None:
    """Print the seconds of loads of `count` rows: the first, an unchanged one, and one of a changed month.

    Raises CaudalError without a database server.
    """
    if not is_installed():
        raise CaudalError("there is no MariaDB server.", where="caudal bench", hint=f"Install {PACKAGES}.")
    home = work / "cloud-relational"
    shutil.rmtree(home, ignore_errors=True)
    out, schema = work / "cdk.out", widest(domain)
    synthesise(PROJECT, out, ENV)
    with LocalCloud(home) as cloud:
        executor().warm_up()
        cloud.deploy(out)
        wait_for_database(cloud)
        for number in range(MONTHS):
            put_month(
                cloud, domain, schema, generated(domain, schema, count // MONTHS, number, 0), number, work
            )
        observation = Observation(cloud, domain)
        with console.status("the first load …"):
            first = load(cloud, domain, "first")
        jobs = observation.jobs()
        with console.status("an unchanged load …"):
            unchanged = load(cloud, domain, "unchanged")
        query = generated(domain, schema, count // MONTHS, MONTHS - 1, 1)
        put_month(cloud, domain, schema, query, MONTHS - 1, work)
        with console.status("a changed month …"):
            changed = load(cloud, domain, "changed")
        memory = executor().peak_memory() // (1 << 20)
    shutil.rmtree(home)
    table = Grid("", title=f"{count:,} rows of {schema.name}, {MONTHS} months", title_justify="left")
    for column in ("rows changed", "seconds"):
        table.add_column(column, justify="right")
    for name, summary in (("first load", first), ("nothing changed", unchanged), ("a month", changed)):
        merged = [each for each in summary["tables"].values() for each in each.values()]
        table.add_row(name, f"{sum(merged):,}", f"{summary['seconds']:.1f}")
    console.print(table)
    console.print(measures_table("What counts on Glue, the first load", jobs))
    console.print(f"peak resident memory     {memory:,} MB (Spark worker: Java and the loader)")
