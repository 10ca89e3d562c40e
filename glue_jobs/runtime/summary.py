"""Run summaries: the short one that the state machine reads, and the detail for operators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import ObjectStore
from lake import naming
from lake.prices import job_dollars

SUMMARY_LIMIT = 64 * 1024
"""Bytes. The payload between states of a state machine is limited to 256 KB."""


def predicted_cost(args: JobArguments, seconds: float) -> dict[str, Any]:
    """Return the part of a summary that says how long the job ran and what that costs in dollars, as text.

    The job is assumed not to have scaled up. Glue bills some seconds more: those before the script starts.
    """
    return {"seconds": round(seconds, 3), "predicted_usd": str(job_dollars(seconds, args.dpus))}


def write_summary(
    store: ObjectStore, args: JobArguments, job: str, summary: Mapping[str, Any], detail: Mapping[str, Any]
) -> None:
    """Write the detail of a run, then its summary: if the summary exists, the run has finished.

    The detail includes the summary. A summary larger than SUMMARY_LIMIT loses its lists and mappings, and has
    `shortened` set.
    """
    bucket = args.processed_bucket
    common = {"job": job, "domain": args.domain, "execution": args.execution}
    detail_key = naming.run_detail_key(args.domain, args.execution, job)
    store.write(bucket, detail_key, json.dumps({**common, **summary, **detail}, indent=1).encode())
    body = json.dumps({**common, **summary, "detail": detail_key}).encode()
    if len(body) > SUMMARY_LIMIT:
        short = {name: value for name, value in summary.items() if not isinstance(value, (list, dict))}
        body = json.dumps({**common, **short, "detail": detail_key, "shortened": True}).encode()
    store.write(bucket, naming.run_key(args.domain, args.execution, job), body)
