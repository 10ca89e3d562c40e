"""States that load the relational copy: wake the database, run the load, let the database sleep.

They are a branch of their own: whatever fails here, the branch ends with an outcome, and the next execution
catches up, also without new rows. The database's function says whether the database is ready; it keeps it
awake until the load has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.pipeline.copies import load_mark
from infra.pipeline.states import (
    TRANSIENT,
    State,
    States,
    choice,
    equals,
    longest_wait,
    retry,
    wait,
)
from lake.naming import CURATED_TO_RDS, DatabaseStatus, LoadStatus, RunStatus, run_key

IS_NEEDED = "IsLoadNeeded"
START = "PrepareLoad"
WAIT_SECONDS = 30
ATTEMPTS = 60
"""Checks of a database that starts: half an hour, which is more than RDS takes to stop and start."""

TASK_SECONDS = 60
"""Longest answer to a request of a task; the database's function ends after it."""

_NOT_STARTED, _UNKNOWN_COST = "0 USD", "an unknown sum"


_SERVICES = ("s3", "lambda", "glue", "s3", "s3", "lambda")
"""Those of the tasks in the order of their states; each may be retried."""


@dataclass(frozen=True, kw_only=True)
class LoadPlan:
    """The ARN of the function that starts and stops the database, and the name of the load's job."""

    function: str
    job: str


def longest_load(task_seconds: int, also_retry: State) -> int:
    """Return the seconds that the branch lasts at most: all checks of the database, then the load's task.

    `task_seconds` and `also_retry` are the time-out and the further retrier of the load's task.
    """
    checks = ATTEMPTS * (WAIT_SECONDS + TASK_SECONDS)
    requests = sum(TASK_SECONDS + longest_wait(retry(*TRANSIENT[service])) for service in _SERVICES)
    return checks + longest_wait(also_retry) + task_seconds + requests


def load(plan: LoadPlan, domain: str, bucket: str, *, timeout: int, also_retry: State) -> States:
    """Return the states of the branch from IS_NEEDED; its output is the outcome: status and message.

    `bucket` has the run summaries and the mark, `timeout` is that of the job's task, in seconds.
    """
    ended = "LoadEnded"
    return {
        **load_mark.decide(IS_NEEDED, domain, bucket, needed=START, failed="LoadFailed"),
        **_wake(plan),
        **_run(plan, timeout, also_retry),
        **_read(run_key(domain, "{}", CURATED_TO_RDS), bucket),
        **load_mark.remember(domain, bucket, next="ReleaseDatabase"),
        "LoadFailed": {
            "Type": "Pass",
            "Parameters": {"what.$": "States.JsonMerge($.unknown, $.load_failure, false)"},
            "ResultPath": "$.load_failure",
            "Next": "IsLoadRunInCause",
        },
        **_shorten(),
        "DescribeLoadFailure": _outcome(
            "States.Format('The relational copy was not loaded; the next run catches up. {}: {}', "
            "$.load_failure.what.Error, $.load_failure.what.Cause)",
            cost=_UNKNOWN_COST,
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
            "$.load_job.run.ErrorMessage, $.load_job.run.Id)",
            cost=_UNKNOWN_COST,
        ),
    }


def _wake(plan: LoadPlan) -> States:
    """Return the states that wait, within a bound, until the database is ready for the load."""
    return {
        START: {
            "Type": "Pass",
            "Result": {"attempts": 0},
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
            "Parameters": {"attempts.$": "States.MathAdd($.relational.attempts, 1)"},
            "ResultPath": "$.relational",
            "Next": "WaitForDatabase",
        },
        "WaitForDatabase": wait(WAIT_SECONDS, next="WakeDatabase"),
        "DatabaseUnusable": _outcome(
            "States.Format('The relational copy was not loaded: {}', $.database.message)", cost=_NOT_STARTED
        ),
        "DatabaseTimedOut": _outcome(
            f"States.Format('The relational copy was not loaded: after {ATTEMPTS} checks the database is "
            f"{{}}.', $.database.message)",
            cost=_NOT_STARTED,
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
        "LoadPartial": _loaded(LoadStatus.PARTIAL),
        "Loaded": _loaded(LoadStatus.LOADED),
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


def _loaded(status: str) -> State:
    """Return the outcome of a load that ended; what it left out stays out until the rows are corrected."""
    cost = "States.Format('{} USD', $.loaded.summary.predicted_usd)"
    outcome = {"status": status, "message.$": "$.loaded.summary.message", "predicted_cost.$": cost}
    return {"Type": "Pass", "Parameters": outcome, "ResultPath": "$.relational", "Next": load_mark.REMEMBER}


def _outcome(message: str, *, cost: str) -> State:
    """Return the outcome of a load that failed or did not start."""
    return {
        "Type": "Pass",
        "Parameters": {"status": LoadStatus.PARTIAL, "message.$": message, "predicted_cost": cost},
        "ResultPath": "$.relational",
        "Next": "ReleaseDatabase",
    }
