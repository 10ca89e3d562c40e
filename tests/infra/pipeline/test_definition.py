"""The pipeline's definition: complete, connected, and with one way out of every failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.pipeline.definition import LEASE_ATTEMPTS, Plan, definition
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
TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")


def successors(state: dict[str, Any]) -> Iterator[str]:
    for key, value in state.items():
        if key in ("Next", "Default"):
            yield value
        if key in ("Choices", "Catch"):
            yield from (entry["Next"] for entry in value)


def reachable(start: str, states: dict[str, Any] = STATES) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += successors(states[name])
    return seen


@pytest.mark.parametrize("serving", [None, SERVING])
@pytest.mark.parametrize("crawlers", [PLAN.crawlers, {"processed": "crawler-1"}, {}])
def test_every_state_is_reached_and_exists(crawlers: dict[str, str], serving: ServingPlan | None) -> None:
    machine = definition(replace(PLAN, crawlers=crawlers, serving=serving))
    assert reachable(machine["StartAt"], machine["States"]) == set(machine["States"])


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_retried_with_jitter_and_caught(name: str) -> None:
    state = STATES[name]
    assert state["Retry"]
    for entry in state["Retry"]:
        assert entry["JitterStrategy"] == "FULL"
        assert not any(error.startswith("States.") for error in entry["ErrorEquals"])
    assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", TASKS)
def test_every_failure_is_told_and_gives_the_lease_back(name: str) -> None:
    after = STATES[name]["Catch"][-1]["Next"]
    if name in ("NotifyFailure", "ReleaseLeaseAfterFailure"):
        return
    assert STATES[after]["Parameters"]["step"] == name
    is_job = name in ("RawToProcessed", "ProcessedToCurated")
    assert STATES[after]["Next"] == ("IsJobRunInCause" if is_job else "NotifyFailure")
    assert STATES["IsJobRunInCause"]["Default"] == STATES["ExtractJobError"]["Next"] == "NotifyFailure"
    assert STATES["NotifyFailure"]["Next"] == "ReleaseLeaseAfterFailure"
    assert STATES["NotifyFailure"]["Catch"][-1]["Next"] == "ReleaseLeaseAfterFailure"
    assert STATES["ReleaseLeaseAfterFailure"]["Next"] == "Failed"


def test_success_gives_the_lease_back() -> None:
    without_release = {name: state for name, state in STATES.items() if name != "ReleaseLease"}
    assert all("Done" not in successors(state) for state in without_release.values())
    assert STATES["ReleaseLease"]["Next"] == "Done"


def test_nothing_new_ends_before_any_crawler() -> None:
    rules = {str(rule): rule["Next"] for rule in STATES["IsAnythingNew"]["Choices"]}
    nothing = next(target for rule, target in rules.items() if "proceed" in rule)
    assert nothing == "ReleaseLease"
    assert not any("Crawl" in name and not name.endswith("Failed") for name in reachable(nothing))


def test_a_full_refresh_goes_on_without_new_files() -> None:
    variables = [rule["Variable"] for rule in STATES["IsAnythingNew"]["Choices"]]
    assert variables.index("$.full_refresh") < variables.index("$.raw_to_processed.summary.proceed")


def test_merged_files_of_streams_are_catalogued_before_gold() -> None:
    states = definition(replace(PLAN, compacts=True))["States"]
    assert reachable("IsFullRefresh", states) == set(states)
    look = states[states["ReadPublishSummary"]["Next"]]
    assert look["Choices"] == [
        {
            "Variable": "$.processed_to_curated.summary.compacted",
            "BooleanEquals": True,
            "Next": "CrawlCompacted",
        }
    ]
    assert look["Default"] == "IsCuratedPartitionNew"
    assert states["CrawlCompacted"]["Parameters"] == {"Name": "crawler-1"}
    assert states["IsCompactedCrawlFinished"]["Choices"][1]["Next"] == "IsCuratedPartitionNew"


def test_a_rejected_batch_is_catalogued_but_not_published() -> None:
    gate = STATES["QualityGate"]
    assert gate["Choices"][0]["Next"] == "BatchRejected"
    assert gate["Default"] == "ProcessedToCurated"
    assert "ProcessedToCurated" not in reachable("BatchRejected")


def test_jobs_learn_the_execution_and_whether_to_refresh() -> None:
    for name, job in (("RawToProcessed", "job-1"), ("ProcessedToCurated", "job-2")):
        assert STATES[name]["Resource"] == "arn:aws:states:::glue:startJobRun.sync"
        assert STATES[name]["Parameters"] == {
            "JobName": job,
            "Arguments": {"--execution.$": "$$.Execution.Name", "--full_refresh.$": "$.full_refresh"},
        }


def test_full_refresh_is_off_unless_asked_for() -> None:
    assert STATES["IsFullRefresh"]["Default"] == "PrepareIncrementalRun"
    assert STATES["PrepareIncrementalRun"]["Parameters"]["full_refresh"] == "false"
    assert STATES["PrepareFullRefresh"]["Parameters"]["full_refresh"] == "true"


def test_crawls_start_only_for_new_partitions() -> None:
    for name in ("IsProcessedPartitionNew", "IsCuratedPartitionNew"):
        assert STATES[name]["Choices"][0]["BooleanEquals"] is True
        assert "Crawl" in STATES[name]["Choices"][0]["Next"]


def test_the_lease_belongs_to_the_execution_and_is_never_overwritten() -> None:
    taken = STATES["AcquireLease"]["Parameters"]
    assert taken["Item"]["owner"] == {"S.$": "$$.Execution.Id"}
    assert taken["ConditionExpression"] == "attribute_not_exists(#domain) OR #owner = :me"
    assert STATES["TakeOverLease"]["Parameters"]["ConditionExpression"] == "#owner = :dead"
    for name in ("ReleaseLease", "ReleaseLeaseAfterFailure"):
        assert STATES[name]["Parameters"]["ConditionExpression"] == "#owner = :me"


def test_only_a_dead_owner_is_replaced() -> None:
    assert STATES["IsLeaseOwnerRunning"]["Choices"][0] == {
        "Variable": "$.lease.state.status",
        "StringEquals": "RUNNING",
        "Next": "CountLeaseAttempt",
    }
    expired = STATES["DescribeLeaseOwner"]["Catch"][0]
    assert expired["ErrorEquals"] == ["Sfn.ExecutionDoesNotExistException"]
    assert expired["Next"] == "TakeOverLease"


@pytest.mark.parametrize("minutes", [60, 180])
def test_waiting_for_the_lease_is_bounded_and_fits_the_history(minutes: int) -> None:
    plan = replace(PLAN, job_timeout_seconds=minutes * 60)
    two_jobs = 2 * plan.job_timeout_seconds
    assert two_jobs < plan.lease_wait_seconds * LEASE_ATTEMPTS < plan.timeout_seconds
    assert LEASE_ATTEMPTS * 25 < 25_000 / 2
    assert STATES["IsLeaseAttemptLeft"]["Default"] == "LeaseTimedOut"


def test_the_jobs_own_timeout_comes_first() -> None:
    assert STATES["RawToProcessed"]["TimeoutSeconds"] > PLAN.job_timeout_seconds


def test_marts_are_published_after_the_crawl_and_before_anybody_is_told() -> None:
    assert SERVED["IsCuratedPartitionNew"]["Default"] == "ListUnpublishedMarts"
    assert SERVED["IsCuratedCrawlFinished"]["Choices"][1]["Next"] == "ListUnpublishedMarts"
    assert SERVED["ListUnpublishedMarts"]["Next"] == "IsAnyMartUnpublished"
    assert SERVED["IsAnyMartUnpublished"]["Choices"][0]["Next"] == "PublishMarts"
    assert SERVED["IsAnyMartUnpublished"]["Default"] == "NotifySuccess"
    assert SERVED["PublishMarts"]["Next"] == "IsServingComplete"
    assert [rule["Next"] for rule in SERVED["IsServingComplete"]["Choices"]] == [
        "MartsNotPublished",
        "NotifyPartlyServed",
    ]
    assert SERVED["IsServingComplete"]["Default"] == "NotifySuccess"


def test_what_was_left_over_is_published_without_anything_new() -> None:
    nothing = next(rule for rule in SERVED["IsAnythingNew"]["Choices"] if "proceed" in str(rule))
    assert nothing["Next"] == "NothingNew"
    assert SERVED["NothingNew"]["Next"] == "ListUnpublishedMarts"
    assert SERVED["IsAnyMartUnpublished"]["Choices"][1]["Next"] == "ReleaseLease"
    reached = reachable("NothingNew", SERVED)
    assert not any("Crawl" in name or "Curated" in name for name in reached)


def test_a_note_is_removed_only_after_its_mart_is_published() -> None:
    states = SERVED["PublishMarts"]["ItemProcessor"]["States"]
    assert reachable("ReadUnpublishedPartitions", states) == set(states)
    assert [name for name, state in states.items() if state.get("Next") == "ClearUnpublishedPartitions"] == [
        "MartNotServed",
        "PublishPartitions",
    ]
    assert "ClearUnpublishedPartitions" not in reachable("MartFailed", states)


def test_a_partial_publication_says_so() -> None:
    told = SERVED["NotifyPartlyServed"]["Parameters"]
    assert told["Subject"] == "Caudal shop: published, partly served"
    assert told["Message"]["outcome"] == "published, partly served"
    assert told["Message"]["served.$"] == "$.serving.marts"
    assert SERVED["NotifyPartlyServed"]["Next"] == "ReleaseLease"


def test_a_failed_publication_is_told_and_gives_the_lease_back() -> None:
    for name in (SERVED["PublishMarts"]["Catch"][-1]["Next"], "MartsNotPublished"):
        assert SERVED[name]["Parameters"]["step"] == "PublishMarts"
        assert SERVED[name]["Next"] == "NotifyFailure"


def test_a_partition_is_published_until_nothing_is_left_and_its_error_names_it() -> None:
    marts = SERVED["PublishMarts"]["ItemProcessor"]["States"]
    partition = marts["PublishPartitions"]["ItemProcessor"]
    states = partition["States"]
    assert reachable(partition["StartAt"], states) == set(states)
    publish = states["PublishPartition"]
    assert publish["Parameters"]["Payload"]["continuation.$"] == "$.continuation"
    assert all(entry["JitterStrategy"] == "FULL" for entry in publish["Retry"])
    assert states["IsPartitionPublished"]["Choices"][0] == {
        "Variable": "$.answer.status",
        "StringEquals": "CONTINUE",
        "Next": "ContinuePartition",
    }
    assert states["ContinuePartition"]["Next"] == "PublishPartition"
    assert "$.mart, $.partition" in states["PartitionNotPublished"]["CausePath"]


def test_publishing_is_bounded() -> None:
    marts = SERVED["PublishMarts"]
    partitions = marts["ItemProcessor"]["States"]["PublishPartitions"]
    assert 0 < marts["MaxConcurrency"] * partitions["MaxConcurrency"] <= 8
