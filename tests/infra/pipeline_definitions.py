"""Definitions of the pipeline with and without a serving store, and the order of their states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra.pipeline.copies.load_states import LoadPlan
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.crawl_states import ZoneCrawl
from infra.pipeline.definition import definition
from infra.pipeline.plan import Plan

CATALOG_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:reconcile"
PROCESSED = ZoneCrawl(zone="processed", crawler="crawler-1", layers=("bronze", "quarantine"))
CURATED = ZoneCrawl(zone="curated", crawler="crawler-2", layers=("silver", "gold"))
PLAN = Plan(
    domain="shop",
    jobs={"raw_to_processed": "job-1", "processed_to_curated": "job-2"},
    catalog_function=CATALOG_FUNCTION,
    crawls={"processed": PROCESSED, "curated": CURATED},
    processed_bucket="processed",
    lease_table="leases",
    topic_arn="arn:aws:sns:us-east-1:123456789012:topic",
    wait_seconds=30,
    job_timeout_seconds=3600,
)
SERVING = ServingPlan(function="arn:aws:lambda:us-east-1:123456789012:function:publish", marts=("sales",))
STATES: dict[str, Any] = definition(PLAN)["States"]
SERVED: dict[str, Any] = definition(replace(PLAN, serving=SERVING))["States"]
LOAD = LoadPlan(function="arn:aws:lambda:us-east-1:123456789012:function:office", job="job-3")
LOADED: dict[str, Any] = definition(replace(PLAN, serving=SERVING, load=LOAD))["States"]


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
