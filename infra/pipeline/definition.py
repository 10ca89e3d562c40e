"""The state machine of a domain, as a plain definition: from a wake-up to published tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.pipeline import lease, publish_states
from infra.pipeline.crawl_states import crawl
from infra.pipeline.failure_states import READ_JOB_RUN, failed
from infra.pipeline.publish_states import ServingPlan
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
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, run_key

DONE = "Done"
TOLD = "NotifySuccess"
TOLD_PARTIAL = "NotifyPartial"

LEASE_LOOKS = 200
"""Each look leaves some 25 events in a history that may hold 25,000."""

_BUSY = retry("Glue.ConcurrentRunsExceededException", seconds=30, attempts=20, rate=1.5, longest=300)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Physical names and limits that the definition needs.

    `crawlers` maps a zone (processed, curated) to its crawler; a zone without one is not crawled.
    Without `serving` nothing is published to a serving store. `compacts`: files of streams are merged.
    """

    domain: str
    jobs: dict[str, str]
    crawlers: dict[str, str]
    processed_bucket: str
    lease_table: str
    topic_arn: str
    wait_seconds: int
    job_timeout_seconds: int
    serving: ServingPlan | None = None
    compacts: bool = False

    @property
    def timeout_seconds(self) -> int:
        """Longest life of an execution: waiting for another one, then two jobs and their crawls."""
        return 8 * self.job_timeout_seconds

    @property
    def lease_wait_seconds(self) -> int:
        """Time between looks at a running owner, so that all looks sit out an execution of full length."""
        return max(self.wait_seconds, self.timeout_seconds // (2 * LEASE_LOOKS))


def definition(plan: Plan) -> dict[str, Any]:
    """The Amazon States Language of the domain's pipeline (JSONPath)."""
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
                attempts=LEASE_LOOKS,
            ),
            **_ingest(plan),
            **_publish(plan),
            **_success(plan),
            **failed(plan.domain, plan.topic_arn, plan.lease_table),
        },
    }


def _start() -> States:
    """The pipe sends an array of keys, a person {} or {"full_refresh": "true"}."""

    def prepared(full_refresh: str) -> State:
        return {
            "Type": "Pass",
            "Parameters": {"full_refresh": full_refresh, "lease": {"attempts": 0}, "unknown": UNKNOWN},
            "Next": lease.ACQUIRE,
        }

    return {
        "IsFullRefresh": choice(
            all_of(present("$.full_refresh"), equals("$.full_refresh", "true"), next="FullRefresh"),
            default="Increment",
        ),
        "FullRefresh": prepared("true"),
        "Increment": prepared("false"),
    }


def _ingest(plan: Plan) -> States:
    nothing_new = "NothingNew" if plan.serving else lease.RELEASE
    crawl_next = "QualityGate"
    crawls = "processed" in plan.crawlers
    return {
        **_job(plan, "RawToProcessed", RAW_TO_PROCESSED, next="ReadIngestSummary"),
        **_summary(plan, "ReadIngestSummary", RAW_TO_PROCESSED, next="IsAnythingNew"),
        "IsAnythingNew": choice(
            {**equals("$.raw_to_processed.summary.status", "REJECTED"), "Next": "IsPartitionNew"},
            {**equals("$.full_refresh", "true"), "Next": "IsPartitionNew"},
            {**equals("$.raw_to_processed.summary.proceed", False), "Next": nothing_new},
            default="IsPartitionNew",
            comment="Nothing new ends before any crawler; a full refresh recomputes what there is.",
        ),
        "IsPartitionNew": choice(
            {
                **equals("$.raw_to_processed.summary.new_partitions", True),
                "Next": "CrawlProcessed" if crawls else crawl_next,
            },
            default=crawl_next,
        ),
        **(
            crawl(plan.crawlers, "processed", next=crawl_next, wait_seconds=plan.wait_seconds)
            if crawls
            else {}
        ),
        "QualityGate": choice(
            {**equals("$.raw_to_processed.summary.status", "REJECTED"), "Next": "BatchRejected"},
            default="ProcessedToCurated",
            comment="A rejected batch stops before anything of it is published.",
        ),
        "BatchRejected": failure(
            "QualityGate", {"Error": "BatchRejected", "Cause.$": "$.raw_to_processed.summary.message"}
        ),
    }


def _publish(plan: Plan) -> States:
    crawls = "curated" in plan.crawlers
    compacted = "IsBronzeCompacted" if plan.compacts else "IsPublishedPartitionNew"
    after = publish_states.START if plan.serving else TOLD
    served = (
        publish_states.publish(
            plan.serving,
            plan.domain,
            plan.processed_bucket,
            idle=lease.RELEASE,
            complete=TOLD,
            partial=TOLD_PARTIAL,
        )
        if plan.serving
        else {}
    )
    return {
        **_job(plan, "ProcessedToCurated", PROCESSED_TO_CURATED, next="ReadPublishSummary"),
        **_summary(plan, "ReadPublishSummary", PROCESSED_TO_CURATED, next=compacted),
        **(_crawl_compacted(plan, compacted, next="IsPublishedPartitionNew") if plan.compacts else {}),
        "IsPublishedPartitionNew": choice(
            {
                **equals("$.processed_to_curated.summary.new_partitions", True),
                "Next": "CrawlCurated" if crawls else after,
            },
            default=after,
        ),
        **(crawl(plan.crawlers, "curated", next=after, wait_seconds=plan.wait_seconds) if crawls else {}),
        **served,
    }


def _crawl_compacted(plan: Plan, step: str, *, next: str) -> States:
    """Merged files lie in partitions of their own, and those that they replace are gone."""
    look = equals("$.processed_to_curated.summary.compacted", True)
    return {
        step: choice({**look, "Next": "CrawlCompacted"}, default=next),
        **crawl(plan.crawlers, "processed", next=next, wait_seconds=plan.wait_seconds, step="CrawlCompacted"),
    }


def _job(plan: Plan, step: str, job: str, *, next: str) -> States:
    states = task(
        step,
        "glue:startJobRun.sync",
        {
            "JobName": plan.jobs[job],
            "Arguments": {"--execution.$": "$$.Execution.Name", "--full_refresh.$": "$.full_refresh"},
        },
        service="glue",
        also_retry=[_BUSY],
        # Longer than the job's own limit, so that the job's error is the one that is reported.
        timeout=plan.job_timeout_seconds + 600,
        next=next,
    )
    states[f"{step}Failed"]["Next"] = READ_JOB_RUN
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
    partial = (
        _notify(plan, TOLD_PARTIAL, "published, partly served", served="$.serving.marts")
        if plan.serving
        else {}
    )
    return {
        **_notify(plan, TOLD, "published"),
        **partial,
        **lease.release(plan.domain, plan.lease_table, step=lease.RELEASE, next=DONE),
        DONE: {"Type": "Succeed"},
    }


def _notify(plan: Plan, step: str, outcome: str, **more: str) -> States:
    counted = ("files", "rows_read", "rows_bronze", "rows_quarantined")
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
            **{name: f"$.raw_to_processed.summary.{name}" for name in counted},
            **more,
        ),
        service="sns",
        next=lease.RELEASE,
    )
