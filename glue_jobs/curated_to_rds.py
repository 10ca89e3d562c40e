"""Glue job: makes the relational copy of a domain in MySQL equal to silver and gold."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.relational.args import RelationalArguments, relational_arguments
from glue_jobs.relational.authority import authorities
from glue_jobs.relational.connection import Access, Connection, connect
from glue_jobs.relational.load import Load, Report
from glue_jobs.relational.origins import Origins
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import predicted_cost, write_summary
from lake.model.discovery import load_domain
from lake.model.relational.schema import relational_schemas
from lake.naming import CURATED_TO_RDS, RunStatus
from lake.naming.relational import month_label


def run(
    spark: SparkSession,
    store: ObjectStore,
    args: RelationalArguments,
    connection: Callable[[], Connection],
    now: datetime,
) -> dict[str, Any]:
    """Load what differs from MySQL, whichever run changed it; return the run summary.

    The comparison is with MySQL's own bookkeeping: a load that was missed or died is caught up by the next.
    Raises RelationalError, with nothing changed for readers, if rows do not fit or the database is away.
    """
    started = time.monotonic()
    job = args.job
    domain = load_domain(job.domain)
    schemas = relational_schemas(domain, args.personal)
    origins = Origins(spark, store, job, domain, schemas)
    try:
        report = Load(
            connect=connection,
            domain=domain.name,
            schemas=schemas,
            contents=origins.contents,
            write_small=origins.write_small,
            prepare=origins.prepare,
            execution=job.execution,
            at=now,
            again=job.full_refresh,
        ).run()
    finally:
        origins.close()
    summary = _summary(report, origins.refused())
    summary |= predicted_cost(job, time.monotonic() - started)
    months = {table: [month_label(month) for month in sorted(each)] for table, each in report.months.items()}
    write_summary(store, job, CURATED_TO_RDS, summary, {"months": months})
    return summary


def _summary(report: Report, refused: dict[str, int]) -> dict[str, Any]:
    loaded = sum(len(months) for months in report.months.values())
    rows = {table: each.deleted + each.updated + each.inserted for table, each in report.merged.items()}
    told = [f"MySQL: {loaded} months of {len(report.months)} tables, {sum(rows.values())} rows changed."]
    told += report.messages
    if refused:
        places = ", ".join(f"{place}: {number}" for place, number in sorted(refused.items()))
        told.append(
            f"{sum(refused.values())} rows have dates before the year 1000 or after 9999, which MySQL cannot "
            f"hold, and were left out ({places}). Correct them and send them again."
        )
    status = RunStatus.PUBLISHED if report.merged else RunStatus.NOTHING_TO_DO
    return {
        "status": RunStatus.PARTIAL if refused else status,
        "message": " ".join(told),
        "tables": {table: vars(each) for table, each in report.merged.items()},
        "unchanged_months": report.unchanged,
        "refused": refused,
    }


def access(secrets: Any, secret: str, region: str) -> Access:
    """Return the access in a secret, with the authorities of a region. Raises RelationalError."""
    text = secrets.get_secret_value(SecretId=secret)["SecretString"]
    return Access.of_secret(text, authorities=authorities(region))


def main() -> None:
    """Run the job on Glue."""
    import boto3
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from pyspark import SparkContext

    from glue_jobs.runtime.session import configure
    from glue_jobs.runtime.store import S3Store

    args = relational_arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args.job.job_name, {})
    secrets = boto3.client("secretsmanager")

    def connection() -> Connection:
        # Read each time: a rotation may come between two attempts.
        return connect(access(secrets, args.secret, args.region), args.job.domain)

    summary = run(configure(glue.spark_session), S3Store.connect(), args, connection, datetime.now(UTC))
    print(summary["message"], file=sys.stderr)
    job.commit()


if __name__ == "__main__":
    main()
