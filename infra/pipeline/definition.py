"""The definition of a domain's state machine: from new raw files to published tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.pipeline import copy_states, lease, load_mark, load_states, publish_states
from infra.pipeline.crawl_states import ZoneCrawl, ask, crawl_if
from infra.pipeline.failure_states import JOB_FAILED, failed
from infra.pipeline.load_states import LoadPlan
from infra.pipeline.publish_states import ServingPlan
from infra.pipeline.refresh_states import DashboardsPlan
from infra.pipeline.states import (
    UNKNOWN,
    State,
    States,
    all_of,
    choice,
    equals,
    failure,
    present,
    retry,
    task,
)
from infra.pipeline.success_states import (
    NOTIFY_PARTLY_LOADED,
    NOTIFY_PARTLY_SERVED,
    NOTIFY_SUCCESS,
    succeeded,
)
from lake.naming import BATCH_REJECTED, PROCESSED_TO_CURATED, RAW_TO_PROCESSED, RunStatus, run_key

LEASE_ATTEMPTS = 200
"""Most attempts to acquire the lease: each adds some 25 events to the history, which holds 25,000."""

TASK_RESERVE_SECONDS = 600
"""A job's task waits longer than the job's own time-out, so that the notification reports the job's error."""

_CONCURRENT_RUN = retry(
    "Glue.ConcurrentRunsExceededException", seconds=30, attempts=20, rate=1.5, longest=300
)


def execution_seconds(job_timeout_seconds: int, *, loads: bool) -> int:
    """Return the time-out of an execution, with `loads` also that of the longest load of the relational copy.

    The rest is eight times the time-out of a job: the wait for another execution, two jobs and their crawls.
    """
    if not loads:
        return 8 * job_timeout_seconds
    task_seconds = job_timeout_seconds + TASK_RESERVE_SECONDS
    return 8 * job_timeout_seconds + load_states.longest_load(task_seconds, _CONCURRENT_RUN)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Physical names and limits that the definition needs.

    - `jobs` maps a job's kind (raw_to_processed, processed_to_curated) to its physical name.
    - `catalog_function`: ARN of the function that reconciles and validates the catalog, and logs executions.
    - `crawls` maps a zone (processed, curated) to its crawl; a zone without one is not crawled.
      `crawls_always`: crawl in every execution with new rows, and not only after drops.
    - `wait_seconds`: time between two checks of a crawler.
    - `serving`: None: the pipeline does not publish to a serving store.
    - `load`: None: the pipeline does not load the relational copy.
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
    load: LoadPlan | None = None
    dashboards: DashboardsPlan | None = None
    crawls_always: bool = False

    @property
    def timeout_seconds(self) -> int:
        """Time-out of an execution."""
        return execution_seconds(self.job_timeout_seconds, loads=self.load is not None)

    @property
    def lease_wait_seconds(self) -> int:
        """Time between two attempts to acquire the lease. All together take four times a job's time-out."""
        return max(self.wait_seconds, 4 * self.job_timeout_seconds // LEASE_ATTEMPTS)


def definition(plan: Plan) -> dict[str, Any]:
    """Return the domain's pipeline in the Amazon States Language (JSONPath)."""
    return {
        "Comment": f"Raw files of {plan.domain} to published tables.",
        "StartAt": "IsFullRefresh",
        "TimeoutSeconds": plan.timeout_seconds,
        "States": {
            **_start(plan),
            **lease.acquire(
                plan.domain,
                plan.lease_table,
                next="RawToProcessed",
                wait_seconds=plan.lease_wait_seconds,
                attempts=LEASE_ATTEMPTS,
            ),
            **_ingest(plan),
            **_publish(plan),
            **succeeded(
                plan.domain,
                plan.topic_arn,
                plan.lease_table,
                plan.catalog_function,
                serves=plan.serving is not None,
                loads=plan.load is not None,
                dashboards=plan.dashboards,
            ),
            **failed(plan.domain, plan.topic_arn, plan.lease_table, plan.catalog_function),
        },
    }


def _start(plan: Plan) -> States:
    """Return the states that prepare the execution's data.

    The input is an array of keys from the pipe, {} from a schedule or a person, or {"full_refresh": "true"}
    from a person.
    """

    def prepare(full_refresh: str) -> State:
        return {
            "Type": "Pass",
            "Parameters": {
                "full_refresh": full_refresh,
                "lease": {"attempts": 0},
                "unknown": UNKNOWN,
            },
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
    nothing_new = publish_states.NOTHING_NEW if plan.serving or plan.load else lease.RELEASE
    publish = load_mark.FORGET if plan.load else "ProcessedToCurated"
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
            default=publish,
            comment="A rejected batch is not published.",
        ),
        "BatchRejected": failure(
            "QualityGate", {"Error": BATCH_REJECTED, "Cause.$": "$.raw_to_processed.summary.message"}
        ),
    }


def _publish(plan: Plan) -> States:
    after, copies = _copies(plan)
    start, crawl_states = _crawl_if(plan, "curated", [_DROPS_NEW, _PUBLISHED_NEW], next=after)
    return {
        **_job(plan, "ProcessedToCurated", PROCESSED_TO_CURATED, next="ReadPublishSummary"),
        **_summary(plan, "ReadPublishSummary", PROCESSED_TO_CURATED, next=start),
        **crawl_states,
        **copies,
    }


def _copies(plan: Plan) -> tuple[str, States]:
    """Return the first of the states that update the copies of gold, and these states."""
    if plan.load is None:
        if plan.serving is None:
            return NOTIFY_SUCCESS, {}
        return publish_states.START, _serve(
            plan,
            plan.serving,
            next=publish_states.START,
            idle=lease.RELEASE,
            complete=NOTIFY_SUCCESS,
            partial=NOTIFY_PARTLY_SERVED,
        )
    loading = load_states.load(
        plan.load,
        plan.domain,
        plan.processed_bucket,
        timeout=plan.job_timeout_seconds + TASK_RESERVE_SECONDS,
        also_retry=_CONCURRENT_RUN,
    )
    serving: States | None = None
    nothing_new = publish_states.nothing_new(
        "No new rows; what earlier runs left was brought to the copies.", next=copy_states.START
    )
    if plan.serving is not None:
        serving = _serve(
            plan,
            plan.serving,
            next=copy_states.START,
            idle=copy_states.IDLE,
            complete=copy_states.COMPLETE,
            partial=copy_states.PARTIAL,
        )
        del serving[publish_states.NOTHING_NEW]
    return copy_states.START, {
        **nothing_new,
        **load_mark.forget(plan.domain, plan.processed_bucket, next="ProcessedToCurated"),
        **copy_states.update(
            loading,
            serving,
            idle=lease.RELEASE,
            complete=NOTIFY_SUCCESS,
            partial=NOTIFY_PARTLY_SERVED,
            partly_loaded=NOTIFY_PARTLY_LOADED,
        ),
    }


def _serve(plan: Plan, serving: ServingPlan, *, next: str, idle: str, complete: str, partial: str) -> States:
    return publish_states.publish(
        serving,
        plan.domain,
        plan.processed_bucket,
        next=next,
        idle=idle,
        complete=complete,
        partial=partial,
    )


_DROPS_NEW = equals("$.raw_to_processed.summary.new_partitions", True)
_PUBLISHED_NEW = equals("$.processed_to_curated.summary.new_partitions", True)


def _crawl_if(plan: Plan, zone: str, needed: Sequence[State], *, next: str) -> tuple[str, States]:
    return crawl_if(
        plan.crawls.get(zone),
        plan.catalog_function,
        needed,
        next=next,
        wait_seconds=plan.wait_seconds,
        always=plan.crawls_always,
    )


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
        timeout=plan.job_timeout_seconds + TASK_RESERVE_SECONDS,
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
