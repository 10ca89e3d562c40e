"""The states that publish what a run touched to the serving store: a Map over marts and their partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.states import TRANSIENT, UNKNOWN, State, States, choice, equals, named_failure, retry

PUBLISH = "PublishMarts"
CONTINUE, PARTIAL = "CONTINUE", "PARTIAL"
"""What the function answers if it ran out of time, and if the store refused documents."""

MARTS_AT_ONCE = 2
PARTITIONS_AT_ONCE = 4
"""Together they bound the connections to the database: each invocation has a few of its own."""


@dataclass(frozen=True, kw_only=True)
class ServingPlan:
    """The publishing function, and the marts that have documents."""

    function: str
    marts: tuple[str, ...]


def publish(plan: ServingPlan, domain: str, *, complete: str, partial: str) -> States:
    """From the summary's touched marts to `complete`, or `partial` if a document could not be published."""
    served = [{**equals("$.mart", mart), "Next": "PublishPartitions"} for mart in plan.marts]
    return {
        PUBLISH: {
            "Type": "Map",
            "ItemsPath": "$.processed_to_curated.summary.marts",
            "MaxConcurrency": MARTS_AT_ONCE,
            "ItemProcessor": {
                "StartAt": "IsServed",
                "States": {
                    "IsServed": choice(*served, default="NotServed"),
                    "NotServed": {"Type": "Pass", "Result": [], "End": True},
                    "PublishPartitions": _partitions(plan, domain),
                },
            },
            # Text, because a path that selects nothing is an error to some interpreters and [] to others.
            "ResultSelector": {"partitions.$": "$", "text.$": "States.JsonToString($)"},
            "ResultPath": "$.serving",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": f"{PUBLISH}Failed"}],
            "Next": "IsServingComplete",
        },
        f"{PUBLISH}Failed": named_failure(PUBLISH),
        "IsServingComplete": choice(
            {"Variable": "$.serving.text", "StringMatches": f"*{PARTIAL}*", "Next": partial}, default=complete
        ),
    }


def _partitions(plan: ServingPlan, domain: str) -> State:
    item = {
        "domain": domain,
        "mart.$": "$.mart",
        "partition.$": "$$.Map.Item.Value",
        "continuation": None,
        "unknown": UNKNOWN,
    }
    return {
        "Type": "Map",
        "ItemsPath": "$.partitions",
        "ItemSelector": item,
        "MaxConcurrency": PARTITIONS_AT_ONCE,
        "ItemProcessor": {"StartAt": "PublishPartition", "States": _partition(plan)},
        "End": True,
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
            "Retry": [retry(*TRANSIENT["lambda"]), retry("UnreachableError", "ChangedError", seconds=10, attempts=3)],
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
