"""States that publish partitions of gold to the serving store: a Map over marts and their partitions.

The batch job records unpublished partitions in entries, one S3 object per mart: `{"mart", "partitions"}`.
These states publish the partitions of every entry and delete the entry afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.pipeline.states import (
    TRANSIENT,
    UNKNOWN,
    State,
    States,
    all_of,
    choice,
    equals,
    failure,
    named_failure,
    retry,
    task,
)
from lake.naming import ServingStatus, unpublished_root

PUBLISH = "PublishMarts"
START = "ListUnpublishedMarts"
NOTHING_NEW = "NothingNew"
MARTS_AT_ONCE = 2
PARTITIONS_AT_ONCE = 4
"""Together they bound the connections to the database: each invocation opens a few."""

MAX_ENTRIES = 100
"""Most entries that one execution reads. There is one per mart, and a second one after a job was killed."""


@dataclass(frozen=True, kw_only=True)
class ServingPlan:
    """The ARN of the publishing function, and the marts that the serving store has."""

    function: str
    marts: tuple[str, ...]


def nothing_new(message: str, *, next: str) -> States:
    """Return the state NOTHING_NEW, which stands for the job that publishes in a run without new rows."""
    return {
        NOTHING_NEW: {
            "Type": "Pass",
            "Result": {"summary": {"message": message, "predicted_usd": 0}},
            "ResultPath": "$.processed_to_curated",
            "Next": next,
        }
    }


def publish(
    plan: ServingPlan, domain: str, bucket: str, *, next: str, idle: str, complete: str, partial: str
) -> States:
    """Return the states that publish the unpublished partitions of the domain's marts.

    They start at START, or at NOTHING_NEW, which `next` follows, if the run has no new rows. `complete`
    follows if all documents were published, `partial` if the store refused some, and `idle` if there is no
    entry and the run has no new rows. A mart that failed fails the execution. `bucket` holds the entries.
    """
    is_nothing_new = equals("$.raw_to_processed.summary.proceed", False)
    return {
        **nothing_new("No new rows; unpublished marts of earlier runs were published.", next=next),
        **task(
            START,
            "aws-sdk:s3:listObjectsV2",
            {"Bucket": bucket, "Prefix": unpublished_root(domain), "MaxKeys": MAX_ENTRIES},
            service="s3",
            result="$.unpublished",
            next="IsAnyMartUnpublished",
        ),
        "IsAnyMartUnpublished": choice(
            {"Variable": "$.unpublished.KeyCount", "NumericGreaterThan": 0, "Next": PUBLISH},
            all_of(is_nothing_new, equals("$.full_refresh", "false"), next=idle),
            default=complete,
        ),
        PUBLISH: {
            "Type": "Map",
            "ItemsPath": "$.unpublished.Contents",
            "ItemSelector": {"note.$": "$$.Map.Item.Value.Key", "unknown": UNKNOWN},
            "MaxConcurrency": MARTS_AT_ONCE,
            "ItemProcessor": {"StartAt": "ReadUnpublishedPartitions", "States": _mart(plan, domain, bucket)},
            # As text: whether a path without a match is an error or [] depends on the interpreter.
            "ResultSelector": {"marts.$": "$", "text.$": "States.JsonToString($)"},
            "ResultPath": "$.serving",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"{PUBLISH}Failed"}],
            "Next": "IsServingComplete",
        },
        f"{PUBLISH}Failed": named_failure(PUBLISH),
        "IsServingComplete": choice(
            {
                "Variable": "$.serving.text",
                "StringMatches": f'*"{ServingStatus.FAILED}"*',
                "Next": "MartsNotPublished",
            },
            {"Variable": "$.serving.text", "StringMatches": f'*"{ServingStatus.PARTIAL}"*', "Next": partial},
            default=complete,
        ),
        "MartsNotPublished": failure(PUBLISH, {"Error": "NotPublished", "Cause.$": "$.serving.text"}),
    }


def _mart(plan: ServingPlan, domain: str, bucket: str) -> States:
    """Return the states for one mart. An error ends only this mart, with the status FAILED."""
    entry = {"Bucket": bucket, "Key.$": "$.note"}
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "MartFailed"}]
    served = [{**equals("$.of.read.mart", mart), "Next": "PublishPartitions"} for mart in plan.marts]
    return {
        "ReadUnpublishedPartitions": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Parameters": entry,
            "ResultSelector": {"read.$": "States.StringToJson($.Body)"},
            "ResultPath": "$.of",
            "Retry": [retry(*TRANSIENT["s3"])],
            "Catch": caught,
            "Next": "IsMartServed",
        },
        "IsMartServed": choice(*served, default="MartNotServed"),
        "MartNotServed": {
            "Type": "Pass",
            "Result": [],
            "ResultPath": "$.partitions",
            "Next": "ClearUnpublishedPartitions",
        },
        "PublishPartitions": {
            **_partitions(plan, domain),
            "Catch": caught,
            "Next": "ClearUnpublishedPartitions",
        },
        "ClearUnpublishedPartitions": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:deleteObject",
            "Parameters": entry,
            "ResultPath": None,
            "Retry": [retry(*TRANSIENT["s3"])],
            "Catch": caught,
            "OutputPath": "$.partitions",
            "End": True,
        },
        "MartFailed": {
            "Type": "Pass",
            "Parameters": {
                "status": ServingStatus.FAILED,
                "note.$": "$.note",
                "what.$": "States.JsonMerge($.unknown, $.failure, false)",
            },
            "End": True,
        },
    }


def _partitions(plan: ServingPlan, domain: str) -> State:
    item = {
        "domain": domain,
        "mart.$": "$.of.read.mart",
        "partition.$": "$$.Map.Item.Value",
        "continuation": None,
        "unknown": UNKNOWN,
    }
    return {
        "Type": "Map",
        "ItemsPath": "$.of.read.partitions",
        "ItemSelector": item,
        "MaxConcurrency": PARTITIONS_AT_ONCE,
        "ItemProcessor": {"StartAt": "PublishPartition", "States": _partition(plan)},
        "ResultPath": "$.partitions",
    }


def _partition(plan: ServingPlan) -> States:
    """Return the states that publish one partition, by invocations until the answer is not CONTINUE."""
    keys = ("domain", "mart", "partition")
    event = {f"{key}.$": f"$.{key}" for key in (*keys, "continuation")}
    kept: dict[str, Any] = {f"{key}.$": f"$.{key}" for key in (*keys, "unknown")}
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "PublishPartitionFailed"}]
    return {
        "PublishPartition": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": plan.function, "Payload": event},
            # The function's log has the whole report.
            "ResultSelector": {
                f"{key}.$": f"$.Payload.{key}" for key in ("status", "failed", "continuation")
            },
            "ResultPath": "$.answer",
            "Retry": [
                retry(*TRANSIENT["lambda"]),
                retry("UnreachableError", "ChangedError", seconds=10, attempts=3),
            ],
            "Catch": caught,
            "Next": "IsPartitionPublished",
        },
        "IsPartitionPublished": choice(
            {**equals("$.answer.status", ServingStatus.CONTINUE), "Next": "ContinuePartition"},
            {**equals("$.answer.status", ServingStatus.PARTIAL), "Next": "PartitionPartlyPublished"},
            default="PartitionPublished",
        ),
        "ContinuePartition": {
            "Type": "Pass",
            "Parameters": {**kept, "continuation.$": "$.answer.continuation"},
            "Next": "PublishPartition",
        },
        **_partition_ends(),
    }


def _partition_ends() -> States:
    """Return the states that end a partition: published, partly published or failed.

    The Map collects the results of all partitions in one state, whose data is limited to 256 KB: only a
    partition that needs attention is named.
    """
    return {
        "PartitionPublished": {"Type": "Pass", "Result": ServingStatus.PUBLISHED, "End": True},
        "PartitionPartlyPublished": {
            "Type": "Pass",
            "Parameters": {
                "mart.$": "$.mart",
                "partition.$": "$.partition",
                "status": ServingStatus.PARTIAL,
                "failed.$": "$.answer.failed",
            },
            "End": True,
        },
        "PublishPartitionFailed": {
            "Type": "Pass",
            "Parameters": {
                "mart.$": "$.mart",
                "partition.$": "$.partition",
                "what.$": "States.JsonMerge($.unknown, $.failure, false)",
            },
            "Next": "PartitionNotPublished",
        },
        "PartitionNotPublished": {
            "Type": "Fail",
            "ErrorPath": "$.what.Error",
            "CausePath": "States.Format('{} {}: {}', $.mart, $.partition, $.what.Cause)",
        },
    }
