"""The mark that the relational copy equals what is published, and the states that read and change it.

The mark is an object in S3. It is deleted before anything is published and written after a load: an execution
that ends in between, by whatever, leaves none, and the next one loads, also without new rows.
"""

from __future__ import annotations

from infra.pipeline.states import TRANSIENT, State, States, all_of, choice, equals, retry, task
from lake.naming.relational import loaded_key

FORGET = "ForgetLoad"
REMEMBER = "RememberLoad"

IDLE = "IDLE"
"""Status of an outcome, besides those of LoadStatus: there was nothing to load."""

NOT_NEEDED = {
    "status": IDLE,
    "message": "The relational copy was not loaded: there are no new rows.",
    "predicted_cost": "0 USD",
}
"""The outcome of an execution that publishes nothing new, of a copy that is loaded."""


def forget(domain: str, bucket: str, *, next: str) -> States:
    """Return the task FORGET, which comes before everything that changes what is published."""
    return task(
        FORGET,
        "aws-sdk:s3:deleteObject",
        {"Bucket": bucket, "Key": loaded_key(domain)},
        service="s3",
        comment="From here on the relational copy lacks something until it is loaded.",
        next=next,
    )


def decide(start: str, domain: str, bucket: str, *, needed: str, failed: str) -> States:
    """Return the states from `start` that end with NOT_NEEDED, or lead to `needed`.

    `needed` follows new rows, a full refresh, and an execution that left no mark.
    `failed` follows if S3 cannot be asked; the error is in `$.load_failure`.
    """
    return {
        start: choice(
            all_of(
                equals("$.raw_to_processed.summary.proceed", False),
                equals("$.full_refresh", "false"),
                next="FindLoadMark",
            ),
            default=needed,
            comment="Without new rows the database is woken up only if an earlier load was missed.",
        ),
        "FindLoadMark": _request(
            "listObjectsV2",
            {"Bucket": bucket, "Prefix": loaded_key(domain), "MaxKeys": 1},
            result="$.mark",
            next="IsCopyLoaded",
            failed=failed,
        ),
        "IsCopyLoaded": choice(
            {"Variable": "$.mark.KeyCount", "NumericGreaterThan": 0, "Next": "LoadNotNeeded"}, default=needed
        ),
        "LoadNotNeeded": {"Type": "Pass", "Result": NOT_NEEDED, "End": True},
    }


def remember(domain: str, bucket: str, *, next: str) -> States:
    """Return the state REMEMBER, which writes the mark. If it cannot, the next execution loads in vain."""
    mark = {"Bucket": bucket, "Key": loaded_key(domain), "Body.$": "$$.Execution.Name"}
    return {REMEMBER: _request("putObject", mark, result=None, next=next, failed=next)}


def _request(operation: str, parameters: State, *, result: str | None, next: str, failed: str) -> State:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::aws-sdk:s3:{operation}",
        "Parameters": parameters,
        "ResultPath": result,
        "Retry": [retry(*TRANSIENT["s3"])],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.load_failure", "Next": failed}],
        "Next": next,
    }
