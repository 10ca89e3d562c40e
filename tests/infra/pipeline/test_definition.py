"""The pipeline's definition is complete and connected, and every failure takes the failure path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.pipeline.definition import definition
from infra.pipeline.publish_states import ServingPlan
from tests.infra.machine import PLAN, SERVING, STATES, reachable, successors

TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")


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


def test_the_jobs_own_timeout_comes_first() -> None:
    assert STATES["RawToProcessed"]["TimeoutSeconds"] > PLAN.job_timeout_seconds
