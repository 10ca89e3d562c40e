"""The state machine of a training: its path, its outcomes and its failures."""

from __future__ import annotations

from typing import Any

import pytest

from infra.training.definition import TrainingPlan, definition
from lake.naming import RunStatus
from tests.infra.pipeline_definitions import reachable, successors

PLAN = TrainingPlan(
    domain="shop",
    job="job-1",
    processed_bucket="processed",
    pipeline_arn="arn:aws:states:us-east-1:123456789012:stateMachine:pipeline",
    topic_arn="arn:aws:sns:us-east-1:123456789012:topic",
    job_timeout_seconds=3600,
)
DEFINITION = definition(PLAN)
STATES: dict[str, Any] = DEFINITION["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def test_every_state_is_reached_and_every_successor_exists() -> None:
    assert reachable(DEFINITION["StartAt"], STATES) == set(STATES)
    assert {name for state in STATES.values() for name in successors(state)} <= set(STATES)


def test_promotion_starts_the_pipeline_and_is_notified_with_its_execution() -> None:
    path = ["PrepareTraining"]
    while "Next" in STATES[path[-1]]:
        path.append(STATES[path[-1]]["Next"])
    assert path == ["PrepareTraining", "TrainModels", "ReadTrainingSummary", "IsPromoted"]
    promoted, unchanged = STATES["IsPromoted"]["Choices"]
    assert promoted == {
        "Variable": "$.train_anomaly_model.summary.status",
        "StringEquals": RunStatus.PROMOTED,
        "Next": "StartPipeline",
    }
    assert (unchanged["StringEquals"], unchanged["Next"]) == (RunStatus.UNCHANGED, "StartPipelineAgain")
    start = STATES["StartPipeline"]
    assert start["Resource"] == "arn:aws:states:::states:startExecution"
    # As the schedule starts it: everything that is new, and what the pointer asks for.
    assert start["Parameters"] == {"StateMachineArn": PLAN.pipeline_arn, "Input": {}}
    assert start["Next"] == "NotifyPromoted"
    message = STATES["NotifyPromoted"]["Parameters"]["Message"]
    assert message == {
        "domain": "shop",
        "outcome": "model promoted",
        "execution.$": "$$.Execution.Id",
        "status.$": "$.train_anomaly_model.summary.status",
        "trained.$": "$.train_anomaly_model.summary.message",
        "publication.$": "$.pipeline.execution",
    }
    assert STATES["NotifyPromoted"]["Next"] == "Trained"


def test_version_that_is_promoted_already_is_published_too() -> None:
    """The training that promoted it may have died before it started the pipeline."""
    again = STATES["StartPipelineAgain"]
    assert again["Parameters"] == STATES["StartPipeline"]["Parameters"]
    assert again["Next"] == "NotifyNotPromoted"


def test_kept_champion_is_notified_and_starts_nothing() -> None:
    after = reachable(STATES["IsPromoted"]["Default"], STATES)
    assert "StartPipeline" not in after
    assert STATES["NotifyNotPromoted"]["Parameters"]["Message"]["outcome"] == "model not promoted"


def test_run_reads_the_summary_of_its_own_execution() -> None:
    assert STATES["TrainModels"]["Parameters"] == {
        "JobName": "job-1", "Arguments": {"--execution.$": "$$.Execution.Name"},
    }  # fmt: skip
    assert STATES["ReadTrainingSummary"]["Parameters"] == {
        "Bucket": "processed",
        "Key.$": "States.Format('_runs/shop/{}/train_anomaly_model.json', $$.Execution.Name)",
    }


def test_second_training_at_once_is_an_outcome_and_no_failure() -> None:
    caught = STATES["TrainModels"]["Catch"][0]
    assert caught["ErrorEquals"] == ["Glue.ConcurrentRunsExceededException"]
    retried = {error for retrier in STATES["TrainModels"]["Retry"] for error in retrier["ErrorEquals"]}
    assert "Glue.ConcurrentRunsExceededException" not in retried
    already = STATES[caught["Next"]]
    assert already["Result"]["summary"]["status"] == "ALREADY_RUNNING"
    assert already["ResultPath"] == "$.train_anomaly_model"
    assert already["Next"] == "NotifyNotPromoted"


@pytest.mark.parametrize("step", sorted(TASKS))
def test_every_task_is_retried_and_any_other_error_fails_the_execution(step: str) -> None:
    assert TASKS[step]["Retry"]
    last = TASKS[step]["Catch"][-1]
    assert last["ErrorEquals"] == ["States.ALL"]
    after = reachable(last["Next"], STATES)
    assert "Failed" in after
    assert "Trained" not in after


def test_failed_job_is_notified_with_its_own_error() -> None:
    assert STATES["TrainModelsFailed"]["Next"] == "IsJobRunInCause"
    message = STATES["NotifyFailure"]["Parameters"]["Message"]
    assert (message["outcome"], message["step.$"]) == ("training failed", "$.failure.step")


def test_execution_outlasts_the_job_so_that_a_time_out_is_notified() -> None:
    assert STATES["TrainModels"]["TimeoutSeconds"] == 3600 + 600
    assert DEFINITION["TimeoutSeconds"] == 3600 + 2 * 600
