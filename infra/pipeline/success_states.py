"""States that end an execution that published: notify the topic, log the run, release the lease."""

from __future__ import annotations

from infra.pipeline import lease
from infra.pipeline.copies.copy_states import RELATIONAL, SERVED_MARTS
from infra.pipeline.states import RECORD_PARTIAL, RECORD_SUCCESS, States, notification, record, task
from lake.naming import RunOutcome

DONE = "Done"
NOTIFY_SUCCESS = "NotifySuccess"
NOTIFY_PARTLY_SERVED = "NotifyPartlyServed"
NOTIFY_PARTLY_LOADED = "NotifyPartlyLoaded"

_JOBS = "$.raw_to_processed.summary.predicted_usd, $.processed_to_curated.summary.predicted_usd"
_PREDICTED_COST = (
    "States.Format('{} USD for raw_to_processed and {} USD for processed_to_curated, without crawls', "
    f"{_JOBS})"
)
_PREDICTED_COST_WITH_LOAD = (
    "States.Format('{} USD for raw_to_processed, {} USD for processed_to_curated and {} for curated_to_rds, "
    f"without crawls', {_JOBS}, {RELATIONAL}.predicted_cost)"
)
"""In words, because a state machine adds whole numbers only."""


def succeeded(
    domain: str,
    topic_arn: str,
    lease_table: str,
    function: str,
    *,
    serves: bool,
    loads: bool,
) -> States:
    """Return the states from a notification to DONE.

    NOTIFY_SUCCESS, with `serves` also NOTIFY_PARTLY_SERVED, with `loads` also NOTIFY_PARTLY_LOADED; then
    every notification has the outcome of the load. `function` is the ARN of the function that logs runs.
    """

    def notify(step: str, outcome: str, next: str, **fields: str) -> States:
        counts = ("files", "rows_read", "rows_bronze", "rows_quarantined")
        if loads:
            fields["relational"] = f"{RELATIONAL}.message"
        return task(
            step,
            "sns:publish",
            notification(
                domain,
                topic_arn,
                outcome,
                batch="$.raw_to_processed.summary.batch_id",
                ingested="$.raw_to_processed.summary.message",
                published="$.processed_to_curated.summary.message",
                predicted_cost=_PREDICTED_COST_WITH_LOAD if loads else _PREDICTED_COST,
                **{name: f"$.raw_to_processed.summary.{name}" for name in counts},
                **fields,
            ),
            service="sns",
            next=next,
        )

    states = notify(NOTIFY_SUCCESS, "published", RECORD_SUCCESS)
    if serves:
        states |= notify(
            NOTIFY_PARTLY_SERVED,
            "published, partly served",
            RECORD_PARTIAL,
            served=SERVED_MARTS if loads else "$.serving.marts",
        )
    if loads:
        states |= notify(NOTIFY_PARTLY_LOADED, "published, partly loaded", RECORD_PARTIAL)
    states |= record(RECORD_SUCCESS, function, RunOutcome.OK, next=lease.RELEASE)
    if serves or loads:
        states |= record(RECORD_PARTIAL, function, RunOutcome.PARTIAL, next=lease.RELEASE)
    states |= lease.release(domain, lease_table, step=lease.RELEASE, next=DONE)
    return {**states, DONE: {"Type": "Succeed"}}
