"""Glue job: trains the models of a domain, and promotes those that are better."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from glue_jobs.runtime.args import JobArguments, job_arguments
from glue_jobs.runtime.store import ObjectStore
from glue_jobs.runtime.summary import predicted_cost, write_summary
from glue_jobs.training.training import Trained, train_model
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from lake.naming import TRAIN_ANOMALY_MODEL, RunStatus

_FIRST = (RunStatus.PROMOTED, RunStatus.KEPT, RunStatus.UNCHANGED, RunStatus.TOO_LITTLE_DATA)
"""The status of a run with several models is the first of these that one of them has."""


def run(spark: SparkSession, store: ObjectStore, args: JobArguments, now: datetime) -> dict[str, Any]:
    """Train each model of the domain; return the run summary.

    Nothing is published: after a promotion the pipeline computes the model's marts by the new pointer. Raises
    CaudalError if the domain has no model, and the errors of `train_model`.
    """
    started = time.monotonic()
    domain = load_domain(args.domain)
    if not domain.models:
        raise CaudalError(
            "the domain has no model.", where=f"domain {domain.name}", hint="Declare one in `models`."
        )
    trained = [train_model(spark, store, args, domain, model, now) for model in domain.models]
    summary = _summary(trained) | predicted_cost(args, time.monotonic() - started)
    figures = {"figures": {each.model: each.figures for each in trained}}
    write_summary(store, args, TRAIN_ANOMALY_MODEL, summary, figures)
    return summary


def _summary(trained: list[Trained]) -> dict[str, Any]:
    return {
        "status": min((each.status for each in trained), key=_FIRST.index),
        "message": "\n\n".join(each.message for each in trained),
        "models": {
            each.model: {"status": each.status, "version": each.version, "champion": each.champion}
            for each in trained
        },
    }


def main() -> None:
    """Run the job on Glue."""
    from awsglue.context import GlueContext
    from awsglue.job import Job
    from pyspark import SparkContext

    from glue_jobs.runtime.session import configure
    from glue_jobs.runtime.store import S3Store

    args = job_arguments()
    glue = GlueContext(SparkContext.getOrCreate())
    job = Job(glue)
    job.init(args.job_name, {})
    summary = run(configure(glue.spark_session), S3Store.connect(), args, datetime.now(UTC))
    print(summary["message"], file=sys.stderr)
    job.commit()


if __name__ == "__main__":
    main()
