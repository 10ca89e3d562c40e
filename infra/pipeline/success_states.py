"""States that end an execution that published: notify the topic, release the lease."""

from __future__ import annotations

from infra.pipeline import lease
from infra.pipeline.states import States, choice, equals, notification, task
from lake.naming import LoadStatus

DONE = "Done"
NOTIFY_SUCCESS = "NotifySuccess"
NOTIFY_PARTLY_SERVED = "NotifyPartlyServed"
NOTIFY_PARTLY_LOADED = "NotifyPartlyLoaded"
IS_LOADED = "IsRelationalCopyLoaded"
"""Follows the publication of an execution that loads the relational copy."""

_PREDICTED_COST = (
    "States.Format('{} USD for raw_to_processed and {} USD for processed_to_curated, without crawls', "
    "$.raw_to_processed.summary.predicted_usd, $.processed_to_curated.summary.predicted_usd)"
)
"""In words, because a state machine adds whole numbers only."""


def succeeded(domain: str, topic_arn: str, lease_table: str, *, serves: bool, loads: bool) -> States:
    """Return the states from NOTIFY_SUCCESS, NOTIFY_PARTLY_SERVED (`serves`) or IS_LOADED (`loads`) to DONE.

    With `loads` every notification has the outcome of the load, `$.relational.message`.
    """

    def notify(step: str, outcome: str, **fields: str) -> States:
        counts = ("files", "rows_read", "rows_bronze", "rows_quarantined")
        if loads:
            fields["relational"] = "$.relational.message"
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
                predicted_cost=_PREDICTED_COST,
                **{name: f"$.raw_to_processed.summary.{name}" for name in counts},
                **fields,
            ),
            service="sns",
            next=lease.RELEASE,
        )

    states = notify(NOTIFY_SUCCESS, "published")
    if serves:
        states |= notify(NOTIFY_PARTLY_SERVED, "published, partly served", served="$.serving.marts")
    if loads:
        states[IS_LOADED] = choice(
            {**equals("$.relational.status", LoadStatus.PARTIAL), "Next": NOTIFY_PARTLY_LOADED},
            default=NOTIFY_SUCCESS,
        )
        states |= notify(NOTIFY_PARTLY_LOADED, "published, partly loaded")
    states |= lease.release(domain, lease_table, step=lease.RELEASE, next=DONE)
    return {**states, DONE: {"Type": "Succeed"}}
