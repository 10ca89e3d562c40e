"""States that load the relational copy: wake the database, run the load, let the database sleep.

They are a branch of their own: whatever fails here, the branch ends with an outcome, and the next load
catches up. The database's function says whether the database is ready; it keeps it awake until the load has
ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.pipeline.states import (
    TRANSIENT,
    State,
    States,
    all_of,
    choice,
    equals,
    retry,
    wait,
)
from lake.naming import CURATED_TO_RDS, DatabaseStatus, LoadStatus, RunStatus, run_key

IS_NEEDED = "IsLoadNeeded"
START = "PrepareLoad"
WAIT_SECONDS = 30
ATTEMPTS = 60
"""Checks of a database that starts: half an hour, which is more than RDS takes to stop and start."""


NOT_NEEDED = {
    "status": LoadStatus.LOADED,
    "message": "The relational copy was not loaded: there are no new rows.",
}
"""The outcome of an execution that publishes nothing new."""


@dataclass(frozen=True, kw_only=True)
class LoadPlan:
    """The ARN of the function that starts and stops the database, and the name of the load's job."""

    function: str
    job: str


def load(plan: LoadPlan, domain: str, bucket: str, *, timeout: int, also_retry: State) -> States:
    """Return the states of the branch from IS_NEEDED; its output is the outcome: status and message.

    `bucket` has the run summaries, `timeout` is that of the job's task, in seconds.
    """
    ended = "LoadEnded"
    return {
        IS_NEEDED: choice(
            all_of(
                equals("$.raw_to_processed.summary.proceed", False),
                equals("$.full_refresh", "false"),
                next="LoadNotNeeded",
            ),
            default=START,
            comment="Without new rows the database is not woken up.",
        ),
        "LoadNotNeeded": {"Type": "Pass", "Result": NOT_NEEDED, "End": True},
        **_wake(plan),
        **_run(plan, timeout, also_retry),
        **_read(run_key(domain, "{}", CURATED_TO_RDS), bucket),
        "LoadFailed": {
            "Type": "Pass",
            "Parameters": {"what.$": "States.JsonMerge($.unknown, $.load_failure, false)"},
            "ResultPath": "$.load_failure",
            "Next": "IsLoadRunInCause",
        },
        **_shorten(),
        "DescribeLoadFailure": _outcome(
            "States.Format('The relational copy was not loaded; the next run catches up. {}: {}', "
            "$.load_failure.what.Error, $.load_failure.what.Cause)"
        ),
        **_ask(plan, "ReleaseDatabase", "release", next=ended, failed=ended),
        ended: {"Type": "Pass", "OutputPath": "$.relational", "End": True},
    }


def _shorten() -> States:
    """Return the states that shorten the cause of a failed job to its error message and the run's id."""
    is_job_run = {
        "And": [
            {"Variable": "$.load_failure.what.Cause", "StringMatches": f'{{*"{key}":*}}'}
            for key in ("ErrorMessage", "Id")
        ]
    }
    return {
        "IsLoadRunInCause": choice({**is_job_run, "Next": "ParseLoadRun"}, default="DescribeLoadFailure"),
        "ParseLoadRun": {
            "Type": "Pass",
            "Parameters": {"run.$": "States.StringToJson($.load_failure.what.Cause)"},
            "ResultPath": "$.load_job",
            "Next": "DescribeLoadRun",
        },
        "DescribeLoadRun": _outcome(
            "States.Format('The relational copy was not loaded; the next run catches up. {} (job run {})', "
            "$.load_job.run.ErrorMessage, $.load_job.run.Id)"
        ),
    }


def _wake(plan: LoadPlan) -> States:
    """Return the states that wait, within a bound, until the database is ready for the load."""
    return {
        START: {
            "Type": "Pass",
            "Result": {"attempts": 0, "status": LoadStatus.PARTIAL, "message": "The load did not start."},
            "ResultPath": "$.relational",
            "Next": "WakeDatabase",
        },
        **_ask(plan, "WakeDatabase", "acquire", next="IsDatabaseReady", failed="LoadFailed"),
        "IsDatabaseReady": choice(
            {**equals("$.database.status", DatabaseStatus.READY), "Next": "LoadRelationalCopy"},
            {**equals("$.database.status", DatabaseStatus.UNUSABLE), "Next": "DatabaseUnusable"},
            {
                "Variable": "$.relational.attempts",
                "NumericGreaterThanEquals": ATTEMPTS,
                "Next": "DatabaseTimedOut",
            },
            default="CountDatabaseCheck",
        ),
        "CountDatabaseCheck": {
            "Type": "Pass",
            "Parameters": {
                "attempts.$": "States.MathAdd($.relational.attempts, 1)",
                "status.$": "$.relational.status",
                "message.$": "$.relational.message",
            },
            "ResultPath": "$.relational",
            "Next": "WaitForDatabase",
        },
        "WaitForDatabase": wait(WAIT_SECONDS, next="WakeDatabase"),
        "DatabaseUnusable": _outcome(
            "States.Format('The relational copy was not loaded: {}', $.database.message)"
        ),
        "DatabaseTimedOut": _outcome(
            f"States.Format('The relational copy was not loaded: after {ATTEMPTS} checks the database is "
            f"{{}}.', $.database.message)"
        ),
    }


def _read(key: str, bucket: str) -> States:
    """Return the states that take the outcome from the load's summary."""
    return {
        **_caught(
            "ReadLoadSummary",
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                "Parameters": {"Bucket": bucket, "Key.$": f"States.Format('{key}', $$.Execution.Name)"},
                "ResultSelector": {"summary.$": "States.StringToJson($.Body)"},
                "ResultPath": "$.loaded",
                "Retry": [retry(*TRANSIENT["s3"])],
                "Next": "IsLoadPartial",
            },
        ),
        "IsLoadPartial": choice(
            {**equals("$.loaded.summary.status", RunStatus.PARTIAL), "Next": "LoadPartial"}, default="Loaded"
        ),
        "LoadPartial": _outcome("$.loaded.summary.message"),
        "Loaded": _outcome("$.loaded.summary.message", status=LoadStatus.LOADED),
    }


def _run(plan: LoadPlan, timeout: int, also_retry: State) -> States:
    return _caught(
        "LoadRelationalCopy",
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {
                "JobName": plan.job,
                "Arguments": {"--execution.$": "$$.Execution.Name", "--full_refresh.$": "$.full_refresh"},
            },
            "ResultPath": None,
            "TimeoutSeconds": timeout,
            "Retry": [also_retry, retry(*TRANSIENT["glue"])],
            "Next": "ReadLoadSummary",
        },
    )


def _ask(plan: LoadPlan, step: str, action: str, *, next: str, failed: str) -> States:
    """Return the state that asks the database's function for an action; an error leads to `failed`."""
    payload = {"action": action, "execution.$": "$$.Execution.Id"}
    return _caught(
        step,
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": plan.function, "Payload": payload},
            "ResultSelector": {"status.$": "$.Payload.status", "message.$": "$.Payload.message"},
            "ResultPath": "$.database",
            "Retry": [retry(*TRANSIENT["lambda"])],
            "Next": next,
        },
        failed=failed,
    )


def _caught(step: str, state: State, *, failed: str = "LoadFailed") -> States:
    caught = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.load_failure", "Next": failed}
    return {step: {**state, "Catch": [caught]}}


def _outcome(message: str, *, status: str = LoadStatus.PARTIAL) -> State:
    return {
        "Type": "Pass",
        "Parameters": {"status": status, "message.$": message},
        "ResultPath": "$.relational",
        "Next": "ReleaseDatabase",
    }
