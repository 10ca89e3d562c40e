"""The definition of a domain's state machine: from new raw files to published tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.pipeline import lease, publish_states
from infra.pipeline.crawl_states import crawl
from infra.pipeline.failure_states import JOB_FAILED, failed
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
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, RunStatus, run_key

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
    - `crawlers` maps a zone (processed, curated) to its crawler; a zone without one is not crawled.
    - `wait_seconds`: time between two checks of a crawler.
    - `serving`: None: the pipeline does not publish to a serving store.
    - `compacts`: the second job may compact bronze files of streams, which must then be crawled again.
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
            **failed(plan.domain, plan.topic_arn, plan.lease_table),
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
    crawl_next = "QualityGate"
    crawls = "processed" in plan.crawlers
    return {
        **_job(plan, "RawToProcessed", RAW_TO_PROCESSED, next="ReadIngestSummary"),
        **_summary(plan, "ReadIngestSummary", RAW_TO_PROCESSED, next="IsAnythingNew"),
        "IsAnythingNew": choice(
            {
                **equals("$.raw_to_processed.summary.status", RunStatus.REJECTED),
                "Next": "IsProcessedPartitionNew",
            },
            {**equals("$.full_refresh", "true"), "Next": "IsProcessedPartitionNew"},
            {**equals("$.raw_to_processed.summary.proceed", False), "Next": nothing_new},
            default="IsProcessedPartitionNew",
            comment="Without new rows no crawler runs, unless a full refresh recomputes all tables.",
        ),
        "IsProcessedPartitionNew": choice(
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
            {**equals("$.raw_to_processed.summary.status", RunStatus.REJECTED), "Next": "BatchRejected"},
            default="ProcessedToCurated",
            comment="A rejected batch is not published.",
        ),
        "BatchRejected": failure(
            "QualityGate", {"Error": "BatchRejected", "Cause.$": "$.raw_to_processed.summary.message"}
        ),
    }


def _publish(plan: Plan) -> States:
    crawls = "curated" in plan.crawlers
    compacted = "IsBronzeCompacted" if plan.compacts else "IsCuratedPartitionNew"
    after = publish_states.START if plan.serving else NOTIFY_SUCCESS
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
        **_summary(plan, "ReadPublishSummary", PROCESSED_TO_CURATED, next=compacted),
        **(_crawl_compacted(plan, compacted, next="IsCuratedPartitionNew") if plan.compacts else {}),
        "IsCuratedPartitionNew": choice(
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
    """Return the states that crawl bronze again after a compaction.

    A compaction writes its files to new partitions and deletes the partitions that they replace.
    """
    is_compacted = equals("$.processed_to_curated.summary.compacted", True)
    return {
        step: choice({**is_compacted, "Next": "CrawlCompacted"}, default=next),
        **crawl(plan.crawlers, "processed", next=next, wait_seconds=plan.wait_seconds, subject="Compacted"),
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
    partial = (
        _notify(plan, NOTIFY_PARTLY_SERVED, "published, partly served", served="$.serving.marts")
        if plan.serving
        else {}
    )
    return {
        **_notify(plan, NOTIFY_SUCCESS, "published"),
        **partial,
        **lease.release(plan.domain, plan.lease_table, step=lease.RELEASE, next=DONE),
        DONE: {"Type": "Succeed"},
    }


def _notify(plan: Plan, step: str, outcome: str, **fields: str) -> States:
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
            **{name: f"$.raw_to_processed.summary.{name}" for name in counts},
            **fields,
        ),
        service="sns",
        next=lease.RELEASE,
    )
