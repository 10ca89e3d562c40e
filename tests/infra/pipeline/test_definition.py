"""The pipeline's definition is complete and connected, and every failure takes the failure path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.crawl_states import ZoneCrawl
from infra.pipeline.definition import definition
from infra.pipeline.plan import LEASE_ATTEMPTS, execution_seconds
from tests.infra.pipeline_definitions import (
    CATALOG_FUNCTION,
    LOAD,
    PLAN,
    PROCESSED,
    SERVED,
    SERVING,
    STATES,
    reachable,
    successors,
)

AFTER_FAILURE = ("NotifyFailure", "RecordFailedRun", "ReleaseLeaseAfterFailure")
"""The tasks that follow the failure of another one."""

TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")


@pytest.mark.parametrize("serving", [None, SERVING])
@pytest.mark.parametrize("crawls", [PLAN.crawls, {"processed": PROCESSED}, {}])
@pytest.mark.parametrize("always", [False, True])
def test_every_state_exists_and_is_reachable(
    crawls: dict[str, ZoneCrawl], always: bool, serving: ServingPlan | None
) -> None:
    machine = definition(replace(PLAN, crawls=crawls, crawls_always=always, serving=serving))
    assert reachable(machine["StartAt"], machine["States"]) == set(machine["States"])


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_retried_with_jitter_and_caught(name: str) -> None:
    state = STATES[name]
    assert state["Retry"]
    for entry in state["Retry"]:
        assert entry["JitterStrategy"] == "FULL"
        assert not any(error.startswith("States.") for error in entry["ErrorEquals"])
    assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", [name for name in TASKS if ":aws-sdk:" not in STATES[name]["Resource"]])
def test_optimised_integrations_are_retried_on_the_error_names_of_the_first_sdk(name: str) -> None:
    names = {
        "dynamodb": "DynamoDB.AmazonDynamoDBException",
        "glue": "Glue.AWSGlueException",
        "lambda": "Lambda.AWSLambdaException",
        "sns": "SNS.AmazonSNSException",
    }
    service = STATES[name]["Resource"].split(":")[5]
    assert names[service] in {error for entry in STATES[name]["Retry"] for error in entry["ErrorEquals"]}


@pytest.mark.parametrize("name", [name for name in TASKS if name not in AFTER_FAILURE])
def test_failure_of_every_task_is_noted_with_its_step(name: str) -> None:
    after = STATES[name]["Catch"][-1]["Next"]
    assert STATES[after]["Parameters"]["step"] == name
    is_job = name in ("RawToProcessed", "ProcessedToCurated")
    assert STATES[after]["Next"] == ("IsJobRunInCause" if is_job else "NotifyFailure")


def test_noted_failure_is_notified_and_logged_and_releases_the_lease() -> None:
    assert set(AFTER_FAILURE) <= set(TASKS)
    assert STATES["IsJobRunInCause"]["Default"] == STATES["ExtractJobError"]["Next"] == "NotifyFailure"
    assert STATES["NotifyFailure"]["Next"] == "RecordFailedRun"
    assert STATES["NotifyFailure"]["Catch"][-1]["Next"] == "RecordFailedRun"
    assert STATES["RecordFailedRun"]["Next"] == "ReleaseLeaseAfterFailure"
    assert STATES["RecordFailedRun"]["Catch"][-1]["Next"] == "ReleaseLeaseAfterFailure"
    assert STATES["ReleaseLeaseAfterFailure"]["Next"] == "Failed"
    assert STATES["ReleaseLeaseAfterFailure"]["Catch"][-1]["Next"] == "Failed"


def test_successful_execution_releases_the_lease() -> None:
    without_release = {name: state for name, state in STATES.items() if name != "ReleaseLease"}
    assert all("Done" not in successors(state) for state in without_release.values())
    assert STATES["ReleaseLease"]["Next"] == "Done"


def test_published_executions_are_logged_while_they_hold_the_lease() -> None:
    for states, notify, record, status in (
        (STATES, "NotifySuccess", "RecordRun", "OK"),
        (SERVED, "NotifyPartlyServed", "RecordPartialRun", "PARTIAL"),
    ):
        assert states[notify]["Next"] == record
        assert states[record]["Parameters"] == {
            "FunctionName": CATALOG_FUNCTION,
            "Payload": {
                "action": "record",
                "status": status,
                "execution.$": "$$.Execution.Name",
                "started_at.$": "$$.Execution.StartTime",
            },
        }
        assert states[record]["Next"] == "ReleaseLease"


def test_run_without_new_rows_starts_no_crawler() -> None:
    rules = {str(rule): rule["Next"] for rule in STATES["IsAnythingNew"]["Choices"]}
    target = next(next_state for rule, next_state in rules.items() if "proceed" in rule)
    assert target == "ReleaseLease"
    assert not any("Crawl" in name and not name.endswith("Failed") for name in reachable(target))


def test_full_refresh_continues_without_new_rows() -> None:
    variables = [rule["Variable"] for rule in STATES["IsAnythingNew"]["Choices"]]
    assert variables.index("$.full_refresh") < variables.index("$.raw_to_processed.summary.proceed")


def test_every_execution_reconciles_the_catalog_before_it_decides_what_is_new() -> None:
    assert STATES["ReadIngestSummary"]["Next"] == "ReconcileCatalog"
    reconcile = STATES["ReconcileCatalog"]
    assert reconcile["Parameters"] == {"FunctionName": CATALOG_FUNCTION, "Payload": {"action": "reconcile"}}
    assert reconcile["Next"] == "IsAnythingNew"


def test_crawlers_run_after_drops_with_new_partitions() -> None:
    drops = {"Variable": "$.raw_to_processed.summary.new_partitions", "BooleanEquals": True}
    published = {"Variable": "$.processed_to_curated.summary.new_partitions", "BooleanEquals": True}
    assert STATES["IsProcessedPartitionNew"]["Choices"] == [{**drops, "Next": "CrawlProcessed"}]
    assert STATES["IsProcessedPartitionNew"]["Default"] == "QualityGate"
    assert STATES["IsCuratedPartitionNew"]["Choices"] == [{"And": [drops, published], "Next": "CrawlCurated"}]
    assert STATES["IsCuratedPartitionNew"]["Default"] == "NotifySuccess"


def test_crawlers_run_in_every_execution_with_new_rows_on_request() -> None:
    states = definition(replace(PLAN, crawls_always=True))["States"]
    assert states["IsAnythingNew"]["Default"] == "CrawlProcessed"
    assert states["ReadPublishSummary"]["Next"] == "CrawlCurated"


def test_without_crawls_the_jobs_follow_each_other() -> None:
    states = definition(replace(PLAN, crawls={}))["States"]
    assert states["IsAnythingNew"]["Default"] == "QualityGate"
    assert states["ReadPublishSummary"]["Next"] == "NotifySuccess"
    assert not [name for name in states if "Crawl" in name]


def test_rejected_batch_is_crawled_but_not_published() -> None:
    gate = STATES["QualityGate"]
    assert gate["Choices"][0]["Next"] == "BatchRejected"
    assert gate["Default"] == "ProcessedToCurated"
    assert "ProcessedToCurated" not in reachable("BatchRejected")


def test_notification_says_what_the_jobs_are_predicted_to_cost() -> None:
    message = STATES["NotifySuccess"]["Parameters"]["Message"]
    assert message["predicted_cost.$"] == (
        "States.Format('{} USD for raw_to_processed and {} USD for processed_to_curated, without crawls', "
        "$.raw_to_processed.summary.predicted_usd, $.processed_to_curated.summary.predicted_usd)"
    )


def test_jobs_get_the_execution_and_the_full_refresh_flag_as_arguments() -> None:
    for name, job in (("RawToProcessed", "job-1"), ("ProcessedToCurated", "job-2")):
        assert STATES[name]["Resource"] == "arn:aws:states:::glue:startJobRun.sync"
        assert STATES[name]["Parameters"] == {
            "JobName": job,
            "Arguments": {"--execution.$": "$$.Execution.Name", "--full_refresh.$": "$.full_refresh"},
        }


def test_array_of_the_pipe_is_recognised_before_a_field_is_asked_for() -> None:
    rules = STATES["IsFullRefresh"]["Choices"]
    assert rules[0] == {"Variable": "$[0]", "IsPresent": True, "Next": "PrepareIncrementalRun"}
    assert rules[1]["And"][0] == {"Variable": "$.full_refresh", "IsPresent": True}


def test_full_refresh_is_off_by_default() -> None:
    assert STATES["IsFullRefresh"]["Default"] == "PrepareIncrementalRun"
    assert STATES["PrepareIncrementalRun"]["Parameters"]["full_refresh"] == "false"
    assert STATES["PrepareFullRefresh"]["Parameters"]["full_refresh"] == "true"


def test_time_out_of_a_job_ends_before_that_of_its_state() -> None:
    assert STATES["RawToProcessed"]["TimeoutSeconds"] > PLAN.job_timeout_seconds


def test_an_execution_may_last_as_long_as_its_load_and_waits_for_another_as_without() -> None:
    loading = replace(PLAN, load=LOAD)
    assert definition(loading)["TimeoutSeconds"] == execution_seconds(3600, loads=True)
    assert PLAN.timeout_seconds == 8 * 3600
    assert loading.lease_wait_seconds == PLAN.lease_wait_seconds == 4 * 3600 // LEASE_ATTEMPTS
