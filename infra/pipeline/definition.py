"""The definition of a domain's state machine: from new raw files to published tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.pipeline import lease
from infra.pipeline.copies import copy_states, load_mark, load_states, publish_states
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.crawl_states import ask, crawl_if
from infra.pipeline.failure_states import JOB_FAILED, failed
from infra.pipeline.plan import CONCURRENT_RUN, LEASE_ATTEMPTS, TASK_RESERVE_SECONDS, Plan
from infra.pipeline.refresh_states import REFRESH, refresh
from infra.pipeline.states import (
    UNKNOWN,
    State,
    States,
    all_of,
    choice,
    equals,
    failure,
    present,
    task,
)
from infra.pipeline.success_states import (
    NOTIFY_PARTLY_LOADED,
    NOTIFY_PARTLY_SERVED,
    NOTIFY_SUCCESS,
    succeeded,
)
from lake.naming import BATCH_REJECTED, PROCESSED_TO_CURATED, RAW_TO_PROCESSED, RunStatus, run_key


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
    refreshes: States = {}
    if plan.dashboards:
        # First: neither copies nor notification nor log may keep the dashboards from what is published.
        refreshes = refresh(plan.dashboards, plan.domain, plan.topic_arn, next=after)
        after = REFRESH
    start, crawl_states = _crawl_if(plan, "curated", [_DROPS_NEW, _PUBLISHED_NEW], next=after)
    return {
        **_job(plan, "ProcessedToCurated", PROCESSED_TO_CURATED, next="ReadPublishSummary"),
        **_summary(plan, "ReadPublishSummary", PROCESSED_TO_CURATED, next=start),
        **crawl_states,
        **refreshes,
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
        also_retry=CONCURRENT_RUN,
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
        also_retry=[CONCURRENT_RUN],
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
