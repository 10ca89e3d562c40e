"""Make the catalog equal to what is published, validate it after a crawl, or log an execution.

Events: {"action": "reconcile"}, {"action": "validate", "layers": ["silver", "gold"], "crawl_started":
"2026-01-31T12:00:00Z"}, or {"action": "record", "execution": "…", "started_at": "2026-01-31T12:00:00Z",
"status": "FAILED", "error": "…"}, where only failed executions have an error. The answer has a status
(EQUAL, RECONCILED, DIFFERENT or RECORDED) and a message that names the differences. Environment variables:
ENVIRONMENT, DOMAIN, PROCESSED_BUCKET, CURATED_BUCKET, LEDGER_BUCKET. Who reconciles or validates holds the
domain's lease.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

from glue_jobs.catalog.glue import GlueCatalog
from glue_jobs.catalog.published import Buckets
from glue_jobs.catalog.reconciliation import Difference, describe, reconcile, validate
from glue_jobs.runs.log import Run, log_execution, outcome
from glue_jobs.runtime.store import S3Store
from lake.errors import UnknownNameError
from lake.model.discovery import load_domain
from lake.naming import BATCH_FLOW

EQUAL, RECONCILED, DIFFERENT, RECORDED = "EQUAL", "RECONCILED", "DIFFERENT", "RECORDED"

REMEDY = (
    "To do: start an execution of the pipeline; it registers and drops these partitions. If a crawl adds one "
    "of them again, delete the objects under it: no entry of the ledger has them."
)

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Run the action that `event` names and return status and message.

    Raises UnknownNameError for an unknown action, and CatalogError if the catalog refuses a call.
    """
    env = os.environ["ENVIRONMENT"]
    domain = load_domain(os.environ["DOMAIN"])
    catalog = GlueCatalog(boto3.client("glue"), env=env, domain=domain.name)
    store = S3Store(boto3.client("s3"))
    buckets = Buckets(
        processed=os.environ["PROCESSED_BUCKET"],
        curated=os.environ["CURATED_BUCKET"],
        ledger=os.environ["LEDGER_BUCKET"],
    )
    action = event.get("action")
    if action == "reconcile":
        return _answer(reconcile(catalog, store, buckets, domain), RECONCILED)
    if action == "validate":
        started = datetime.fromisoformat(event["crawl_started"])
        found = validate(catalog, store, buckets, domain, event["layers"], crawl_started=started)
        return _answer(found, DIFFERENT, REMEDY)
    if action == "record":
        run = Run(
            run_id=event["execution"],
            flow=BATCH_FLOW,
            started_at=datetime.fromisoformat(event["started_at"]),
            ended_at=datetime.now(UTC),
            status=outcome(event["status"], event.get("error", "")),
        )
        logged = log_execution(
            store, catalog, domain, run, processed=buckets.processed, curated=buckets.curated
        )
        return {"status": RECORDED, "message": f"The log of runs has {logged.run_id}: {logged.status}."}
    raise UnknownNameError("action", str(action), ["reconcile", "record", "validate"])


def _answer(found: Sequence[Difference], status: str, remedy: str = "") -> dict[str, str]:
    if not found:
        return {"status": EQUAL, "message": "The catalog has the published partitions."}
    message = f"{describe(found)} {remedy}".rstrip()
    logger.info("%s: %s", status, message)
    return {"status": status, "message": message}
