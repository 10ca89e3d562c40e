"""Definitions of the pipeline with and without a serving store, and the order of their states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra.pipeline.definition import Plan, definition
from infra.pipeline.publish_states import ServingPlan

PLAN = Plan(
    domain="shop",
    jobs={"raw_to_processed": "job-1", "processed_to_curated": "job-2"},
    crawlers={"processed": "crawler-1", "curated": "crawler-2"},
    processed_bucket="processed",
    lease_table="leases",
    topic_arn="arn:aws:sns:us-east-1:123456789012:topic",
    wait_seconds=30,
    job_timeout_seconds=3600,
)
SERVING = ServingPlan(function="arn:aws:lambda:us-east-1:123456789012:function:publish", marts=("sales",))
STATES: dict[str, Any] = definition(PLAN)["States"]
SERVED: dict[str, Any] = definition(replace(PLAN, serving=SERVING))["States"]


def successors(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the states that can follow `state`."""
    for key, value in state.items():
        if key in ("Next", "Default"):
            yield value
        if key in ("Choices", "Catch"):
            yield from (entry["Next"] for entry in value)


def reachable(start: str, states: Mapping[str, Any] = STATES) -> set[str]:
    """Return the names of `start` and of all states that can follow it."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += successors(states[name])
    return seen
