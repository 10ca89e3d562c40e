"""The states that take to the serving store what it has not got: a Map over marts and their partitions.

What that is lies in notes, an object per mart, which the jobs write and these states remove.
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
from lake.naming import unpublished_root

PUBLISH = "PublishMarts"
START = "FindUnpublished"
CONTINUE, PARTIAL, FAILED = "CONTINUE", "PARTIAL", "FAILED"
"""What the function answers if it ran out of time and if the store refused documents; and what becomes
of a mart if it raises an error."""

MARTS_AT_ONCE = 2
PARTITIONS_AT_ONCE = 4
"""Together they bound the connections to the database: each invocation has a few of its own."""

NOTES = 100
"""Notes that one execution takes up; there is one per mart, and one more after a job that died."""


@dataclass(frozen=True, kw_only=True)
class ServingPlan:
    """The publishing function, and the marts that have documents."""

    function: str
    marts: tuple[str, ...]


def publish(plan: ServingPlan, domain: str, bucket: str, *, idle: str, complete: str, partial: str) -> States:
    """From START, or NothingNew where the run brought nothing, to `complete`, or `partial` if a document
    could not be published. Without any notes a run with nothing new goes on to `idle`."""
    nothing = equals("$.raw_to_processed.summary.proceed", False)
    return {
        "NothingNew": {
            "Type": "Pass",
            "Result": {"summary": {"message": "Nothing new; what had been left over was served."}},
            "ResultPath": "$.processed_to_curated",
            "Next": START,
        },
        **task(
            START,
            "aws-sdk:s3:listObjectsV2",
            {"Bucket": bucket, "Prefix": unpublished_root(domain), "MaxKeys": NOTES},
            service="s3",
            result="$.unpublished",
            next="IsAnythingUnpublished",
        ),
        "IsAnythingUnpublished": choice(
            {"Variable": "$.unpublished.KeyCount", "NumericGreaterThan": 0, "Next": PUBLISH},
            all_of(nothing, equals("$.full_refresh", "false"), next=idle),
            default=complete,
        ),
        PUBLISH: {
            "Type": "Map",
            "ItemsPath": "$.unpublished.Contents",
            "ItemSelector": {"note.$": "$$.Map.Item.Value.Key", "unknown": UNKNOWN},
            "MaxConcurrency": MARTS_AT_ONCE,
            "ItemProcessor": {"StartAt": "ReadNote", "States": _mart(plan, domain, bucket)},
            # Text, because a path that selects nothing is an error to some interpreters and [] to others.
            "ResultSelector": {"marts.$": "$", "text.$": "States.JsonToString($)"},
            "ResultPath": "$.serving",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"{PUBLISH}Failed"}],
            "Next": "IsServingComplete",
        },
        f"{PUBLISH}Failed": named_failure(PUBLISH),
        "IsServingComplete": choice(
            {"Variable": "$.serving.text", "StringMatches": f'*"{FAILED}"*', "Next": "MartsNotPublished"},
            {"Variable": "$.serving.text", "StringMatches": f'*"{PARTIAL}"*', "Next": partial},
            default=complete,
        ),
        "MartsNotPublished": failure(PUBLISH, {"Error": "NotPublished", "Cause.$": "$.serving.text"}),
    }


def _mart(plan: ServingPlan, domain: str, bucket: str) -> States:
    """One mart, from its note to the note's removal. An error is the mart's: the others go on."""
    at = {"Bucket": bucket, "Key.$": "$.note"}
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "MartFailed"}]
    served = [{**equals("$.of.read.mart", mart), "Next": "PublishPartitions"} for mart in plan.marts]
    return {
        "ReadNote": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
            "Parameters": at,
            "ResultSelector": {"read.$": "States.StringToJson($.Body)"},
            "ResultPath": "$.of",
            "Retry": [retry(*TRANSIENT["s3"])],
            "Catch": caught,
            "Next": "IsServed",
        },
        "IsServed": choice(*served, default="NotServed"),
        "NotServed": {"Type": "Pass", "Result": [], "ResultPath": "$.partitions", "Next": "RemoveNote"},
        "PublishPartitions": {**_partitions(plan, domain), "Catch": caught, "Next": "RemoveNote"},
        "RemoveNote": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:s3:deleteObject",
            "Parameters": at,
            "ResultPath": None,
            "Retry": [retry(*TRANSIENT["s3"])],
            "Catch": caught,
            "OutputPath": "$.partitions",
            "End": True,
        },
        "MartFailed": {
            "Type": "Pass",
            "Parameters": {
                "status": FAILED,
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
    """One partition, in as many invocations as it takes."""
    named = ("domain", "mart", "partition")
    event = {f"{name}.$": f"$.{name}" for name in (*named, "continuation")}
    kept: dict[str, Any] = {f"{name}.$": f"$.{name}" for name in (*named, "unknown")}
    return {
        "PublishPartition": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": plan.function, "Payload": event},
            # The log has the whole report.
            "ResultSelector": {
                name: f"$.Payload.{name.removesuffix('.$')}"
                for name in ("status.$", "failed.$", "continuation.$")
            },
            "ResultPath": "$.answer",
            "Retry": [
                retry(*TRANSIENT["lambda"]),
                retry("UnreachableError", "ChangedError", seconds=10, attempts=3),
            ],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "PartitionFailed"}],
            "Next": "IsPartitionPublished",
        },
        "IsPartitionPublished": choice(
            {**equals("$.answer.status", CONTINUE), "Next": "GoOn"},
            {**equals("$.answer.status", PARTIAL), "Next": "PartlyPublished"},
            default="PartitionPublished",
        ),
        "GoOn": {
            "Type": "Pass",
            "Parameters": {**kept, "continuation.$": "$.answer.continuation"},
            "Next": "PublishPartition",
        },
        # What a state may hold is limited, and all partitions end in one: only those to look at are named.
        "PartitionPublished": {"Type": "Pass", "Result": "PUBLISHED", "End": True},
        "PartlyPublished": {
            "Type": "Pass",
            "Parameters": {
                "mart.$": "$.mart",
                "partition.$": "$.partition",
                "status": PARTIAL,
                "failed.$": "$.answer.failed",
            },
            "End": True,
        },
        "PartitionFailed": {
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
