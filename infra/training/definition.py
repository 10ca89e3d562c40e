"""The definition of the state machine that trains a domain's models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.pipeline.failure_states import FAILED, JOB_FAILED, end_failed, job_error
from infra.pipeline.plan import TASK_RESERVE_SECONDS
from infra.pipeline.states import (
    NOTIFY_FAILURE,
    UNKNOWN,
    States,
    choice,
    equals,
    notification,
    task,
)
from lake.naming import TRAIN_ANOMALY_MODEL, RunStatus, run_key

PROMOTED = "model promoted"
NOT_PROMOTED = "model not promoted"
TRAINING_FAILED = "training failed"
"""Outcomes in the notifications of a training."""

_SUMMARY = f"$.{TRAIN_ANOMALY_MODEL}.summary"
_ALREADY_RUNS = "Glue.ConcurrentRunsExceededException"
_ALREADY = "Another training of this domain runs, and sends its own notification."
_DONE = "Trained"


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """Physical names and limits that the definition needs.

    - `pipeline_arn`: the state machine that publishes, started after a promotion.
    - `job_timeout_seconds`: longest run of the job.
    """

    domain: str
    job: str
    processed_bucket: str
    pipeline_arn: str
    topic_arn: str
    job_timeout_seconds: int

    @property
    def task_seconds(self) -> int:
        """Time-out of the job's task."""
        return self.job_timeout_seconds + TASK_RESERVE_SECONDS

    @property
    def timeout_seconds(self) -> int:
        """Time-out of an execution: the job's task, and the retries of the others."""
        return self.task_seconds + TASK_RESERVE_SECONDS


def definition(plan: TrainingPlan) -> dict[str, Any]:
    """Return the training in the Amazon States Language (JSONPath).

    The output of an execution that succeeded holds the summary of the job's run, or one with the status
    ALREADY_RUNNING. The training holds no lease: it publishes nothing, and the job notices by itself that its
    inputs were published anew while it read them.
    """
    return {
        "Comment": f"Models of {plan.domain}: train, promote if better, publish.",
        "StartAt": "PrepareTraining",
        "TimeoutSeconds": plan.timeout_seconds,
        "States": {
            "PrepareTraining": {
                "Type": "Pass",
                "Parameters": {"unknown": UNKNOWN},
                "Next": "TrainModels",
            },
            **_train(plan),
            **_promoted(plan),
            **_notify(plan, "NotifyNotPromoted", NOT_PROMOTED),
            _DONE: {"Type": "Succeed"},
            **_failed(plan),
        },
    }


def _train(plan: TrainingPlan) -> States:
    states = task(
        "TrainModels",
        "glue:startJobRun.sync",
        {"JobName": plan.job, "Arguments": {"--execution.$": "$$.Execution.Name"}},
        service="glue",
        expected={_ALREADY_RUNS: "AlreadyTraining"},
        timeout=plan.task_seconds,
        next="ReadTrainingSummary",
    )
    states["TrainModelsFailed"]["Next"] = JOB_FAILED
    key = run_key(plan.domain, "{}", TRAIN_ANOMALY_MODEL)
    return {
        **states,
        "AlreadyTraining": {
            "Type": "Pass",
            "Comment": "Two trainings on the same data would find the same version.",
            "Result": {"summary": {"status": RunStatus.ALREADY_RUNNING, "message": _ALREADY}},
            "ResultPath": f"$.{TRAIN_ANOMALY_MODEL}",
            "Next": "NotifyNotPromoted",
        },
        **task(
            "ReadTrainingSummary",
            "aws-sdk:s3:getObject",
            {"Bucket": plan.processed_bucket, "Key.$": f"States.Format('{key}', $$.Execution.Name)"},
            service="s3",
            select={"summary.$": "States.StringToJson($.Body)"},
            result=f"$.{TRAIN_ANOMALY_MODEL}",
            next="IsPromoted",
        ),
        "IsPromoted": choice(
            {**equals(f"{_SUMMARY}.status", RunStatus.PROMOTED), "Next": "StartPipeline"},
            {**equals(f"{_SUMMARY}.status", RunStatus.UNCHANGED), "Next": "StartPipelineAgain"},
            default="NotifyNotPromoted",
        ),
    }


def _promoted(plan: TrainingPlan) -> States:
    """Return the states that have the pipeline publish by the pointer, under its lease.

    A training that died after its promotion has started nothing. The next one finds its version promoted,
    and starts the pipeline, too.
    """

    def start(step: str, next: str) -> States:
        return task(
            step,
            "states:startExecution",
            {"StateMachineArn": plan.pipeline_arn, "Input": {}},
            service="states",
            select={"execution.$": "$.ExecutionArn"},
            result="$.pipeline",
            comment="An execution more than needed finds nothing to publish.",
            next=next,
        )

    return {
        **start("StartPipeline", "NotifyPromoted"),
        **start("StartPipelineAgain", "NotifyNotPromoted"),
        **_notify(plan, "NotifyPromoted", PROMOTED, publication="$.pipeline.execution"),
    }


def _notify(plan: TrainingPlan, step: str, outcome: str, **fields: str) -> States:
    """Return the task that sends the summary: its status, and its message with the table of figures."""
    return task(
        step,
        "sns:publish",
        notification(
            plan.domain,
            plan.topic_arn,
            outcome,
            status=f"{_SUMMARY}.status",
            trained=f"{_SUMMARY}.message",
            **fields,
        ),
        service="sns",
        next=_DONE,
    )


def _failed(plan: TrainingPlan) -> States:
    error = {"error": "$.failure.what.Error", "cause": "$.failure.what.Cause"}
    return {
        **job_error(),
        **task(
            NOTIFY_FAILURE,
            "sns:publish",
            notification(plan.domain, plan.topic_arn, TRAINING_FAILED, step="$.failure.step", **error),
            service="sns",
            on_failure=FAILED,
            next=FAILED,
        ),
        FAILED: end_failed(),
    }
