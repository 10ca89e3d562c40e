"""The definition of a domain's state machine: from new raw files to published tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.pipeline import lease, publish_states
from infra.pipeline.crawl_states import ZoneCrawl, ask, crawl
from infra.pipeline.failure_states import JOB_FAILED, failed
from infra.pipeline.publish_states import ServingPlan
from infra.pipeline.record_states import RECORD_PARTLY_SERVED, RECORD_SUCCESS, record
from infra.pipeline.refresh_states import REFRESH, DashboardsPlan, refresh
from infra.pipeline.states import (
    UNKNOWN,
    State,
    States,
    all_of,
    choice,
    equals,
    failure,
    notification,
    present,
    retry,
    task,
)
from lake.naming import (
    BATCH_REJECTED,
    PROCESSED_TO_CURATED,
    RAW_TO_PROCESSED,
    RunOutcome,
    RunStatus,
    run_key,
)

DONE = "Done"
NOTIFY_SUCCESS = "NotifySuccess"
NOTIFY_PARTLY_SERVED = "NotifyPartlyServed"

LEASE_ATTEMPTS = 200
"""Most attempts to acquire the lease: each adds some 25 events to the history, which holds 25,000."""

_CONCURRENT_RUN = retry(
    "Glue.ConcurrentRunsExceededException", seconds=30, attempts=20, rate=1.5, longest=300
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Physical names and limits that the definition needs.

    - `jobs` maps a job's kind (raw_to_processed, processed_to_curated) to its physical name.
    - `catalog_function`: ARN of the function that reconciles and validates the catalog, and logs executions.
    - `crawls` maps a zone (processed, curated) to its crawl; a zone without one is not crawled.
      `crawls_always`: crawl in every execution with new rows, and not only after drops.
    - `wait_seconds`: time between two checks of a crawler.
    - `serving`: None: the pipeline does not publish to a serving store.
    - `dashboards`: None: there are no datasets to refresh after a publication.
    """

    domain: str
    jobs: dict[str, str]
    catalog_function: str
    crawls: dict[str, ZoneCrawl]
    processed_bucket: str
    lease_table: str
    topic_arn: str
    wait_seconds: int
    job_timeout_seconds: int
    serving: ServingPlan | None = None
    dashboards: DashboardsPlan | None = None
    crawls_always: bool = False

    @property
    def timeout_seconds(self) -> int:
        """Time-out of an execution: the wait for another execution, then two jobs and their crawls."""
        return 8 * self.job_timeout_seconds

    @property
    def lease_wait_seconds(self) -> int:
        """Time between two attempts to acquire the lease. All attempts together take half of the time-out."""
        return max(self.wait_seconds, self.timeout_seconds // (2 * LEASE_ATTEMPTS))


def definition(plan: Plan) -> dict[str, Any]:
    """Return the domain's pipeline in the Amazon States Language (JSONPath)."""
    return {
        "Comment": f"Raw files of {plan.domain} to published tables.",
        "StartAt": "IsFullRefresh",
        "TimeoutSeconds": plan.timeout_seconds,
        "States": {
            **_start(),
            **lease.acquire(
                plan.domain,
                plan.lease_table,
                next="RawToProcessed",
                wait_seconds=plan.lease_wait_seconds,
                attempts=LEASE_ATTEMPTS,
            ),
            **_ingest(plan),
            **_publish(plan),
            **_success(plan),
            **failed(plan.domain, plan.topic_arn, plan.lease_table, plan.catalog_function),
        },
    }


def _start() -> States:
    """Return the states that prepare the execution's data.

    The input is an array of keys from the pipe, {} from a schedule or a person, or {"full_refresh": "true"}
    from a person.
    """

    def prepare(full_refresh: str) -> State:
        return {
            "Type": "Pass",
            "Parameters": {"full_refresh": full_refresh, "lease": {"attempts": 0}, "unknown": UNKNOWN},
            "Next": lease.ACQUIRE,
        }

    return {
        "IsFullRefresh": choice(
            # First: on an array, a path to a field may be an error instead of a missing value.
            {**present("$[0]"), "Next": "PrepareIncrementalRun"},
            all_of(present("$.full_refresh"), equals("$.full_refresh", "true"), next="PrepareFullRefresh"),
            default="PrepareIncrementalRun",
        ),
        "PrepareFullRefresh": prepare("true"),
        "PrepareIncrementalRun": prepare("false"),
    }


def _ingest(plan: Plan) -> States:
    nothing_new = "NothingNew" if plan.serving else lease.RELEASE
    start, crawl_states = _crawl_if(plan, "processed", [_DROPS_NEW], next="QualityGate")
    return {
        **_job(plan, "RawToProcessed", RAW_TO_PROCESSED, next="ReadIngestSummary"),
        **_summary(plan, "ReadIngestSummary", RAW_TO_PROCESSED, next="ReconcileCatalog"),
        **ask(
            "ReconcileCatalog",
            plan.catalog_function,
            {"action": "reconcile"},
            comment="Every execution makes the catalog equal to what is published, also without new files.",
            next="IsAnythingNew",
        ),
        "IsAnythingNew": choice(
            {**equals("$.raw_to_processed.summary.status", RunStatus.REJECTED), "Next": start},
            {**equals("$.full_refresh", "true"), "Next": start},
            {**equals("$.raw_to_processed.summary.proceed", False), "Next": nothing_new},
            default=start,
            comment="Without new rows no crawler runs, unless a full refresh recomputes all tables.",
        ),
        **crawl_states,
        "QualityGate": choice(
            {**equals("$.raw_to_processed.summary.status", RunStatus.REJECTED), "Next": "BatchRejected"},
            default="ProcessedToCurated",
            comment="A rejected batch is not published.",
        ),
        "BatchRejected": failure(
            "QualityGate", {"Error": BATCH_REJECTED, "Cause.$": "$.raw_to_processed.summary.message"}
        ),
    }


def _publish(plan: Plan) -> States:
    after = publish_states.START if plan.serving else NOTIFY_SUCCESS
    start, crawl_states = _crawl_if(plan, "curated", [_DROPS_NEW, _PUBLISHED_NEW], next=after)
    served = (
        publish_states.publish(
            plan.serving,
            plan.domain,
            plan.processed_bucket,
            idle=lease.RELEASE,
            complete=NOTIFY_SUCCESS,
            partial=NOTIFY_PARTLY_SERVED,
        )
        if plan.serving
        else {}
    )
    return {
        **_job(plan, "ProcessedToCurated", PROCESSED_TO_CURATED, next="ReadPublishSummary"),
        **_summary(plan, "ReadPublishSummary", PROCESSED_TO_CURATED, next=start),
        **crawl_states,
        **served,
    }


_DROPS_NEW = equals("$.raw_to_processed.summary.new_partitions", True)
_PUBLISHED_NEW = equals("$.processed_to_curated.summary.new_partitions", True)


def _crawl_if(plan: Plan, zone: str, needed: Sequence[State], *, next: str) -> tuple[str, States]:
    """Return the first of the states that crawl a zone, and these states; `next` follows them.

    The zone is crawled if all `needed` hold: the execution has brought partitions of drops, and the zone has
    new ones. The jobs have registered them already, and so have streams, whose executions need no crawl.
    """
    if zone not in plan.crawls:
        return next, {}
    states = crawl(plan.crawls[zone], plan.catalog_function, next=next, wait_seconds=plan.wait_seconds)
    start = plan.crawls[zone].start
    if plan.crawls_always:
        return start, states
    step = f"Is{zone.capitalize()}PartitionNew"
    condition = all_of(*needed, next=start) if len(needed) > 1 else {**needed[0], "Next": start}
    return step, {step: choice(condition, default=next), **states}


def _job(plan: Plan, step: str, job: str, *, next: str) -> States:
    states = task(
        step,
        "glue:startJobRun.sync",
        {
            "JobName": plan.jobs[job],
            "Arguments": {"--execution.$": "$$.Execution.Name", "--full_refresh.$": "$.full_refresh"},
        },
        service="glue",
        also_retry=[_CONCURRENT_RUN],
        # Longer than the job's own time-out, so that the notification reports the job's error.
        timeout=plan.job_timeout_seconds + 600,
        next=next,
    )
    states[f"{step}Failed"]["Next"] = JOB_FAILED
    return states


def _summary(plan: Plan, step: str, job: str, *, next: str) -> States:
    key = run_key(plan.domain, "{}", job)
    return task(
        step,
        "aws-sdk:s3:getObject",
        {"Bucket": plan.processed_bucket, "Key.$": f"States.Format('{key}', $$.Execution.Name)"},
        service="s3",
        select={"summary.$": "States.StringToJson($.Body)"},
        result=f"$.{job}",
        next=next,
    )


def _success(plan: Plan) -> States:
    function = plan.catalog_function
    after = REFRESH if plan.dashboards else lease.RELEASE
    partial = {
        **_notify(
            plan,
            NOTIFY_PARTLY_SERVED,
            "published, partly served",
            next=RECORD_PARTLY_SERVED,
            served="$.serving.marts",
        ),
        **record(RECORD_PARTLY_SERVED, function, RunOutcome.PARTIAL, next=after),
    }
    return {
        **_notify(plan, NOTIFY_SUCCESS, "published", next=RECORD_SUCCESS),
        **record(RECORD_SUCCESS, function, RunOutcome.OK, next=after),
        **(partial if plan.serving else {}),
        **(
            refresh(plan.dashboards, plan.domain, plan.topic_arn, next=lease.RELEASE)
            if plan.dashboards
            else {}
        ),
        **lease.release(plan.domain, plan.lease_table, step=lease.RELEASE, next=DONE),
        DONE: {"Type": "Succeed"},
    }


_PREDICTED_COST = (
    "States.Format('{} USD for raw_to_processed and {} USD for processed_to_curated, without crawls', "
    "$.raw_to_processed.summary.predicted_usd, $.processed_to_curated.summary.predicted_usd)"
)
"""In words, because a state machine adds whole numbers only."""


def _notify(plan: Plan, step: str, outcome: str, *, next: str, **fields: str) -> States:
    counts = ("files", "rows_read", "rows_bronze", "rows_quarantined")
    return task(
        step,
        "sns:publish",
        notification(
            plan.domain,
            plan.topic_arn,
            outcome,
            batch="$.raw_to_processed.summary.batch_id",
            ingested="$.raw_to_processed.summary.message",
            published="$.processed_to_curated.summary.message",
            predicted_cost=_PREDICTED_COST,
            **{name: f"$.raw_to_processed.summary.{name}" for name in counts},
            **fields,
        ),
        service="sns",
        next=next,
    )
