"""The schedule of a domain's pipeline, which publishes the rows that its streams have ingested."""

from __future__ import annotations

from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.schedule import Schedule, every
from infra.pipeline.workflow import Workflow
from lake.naming import Names


def schedule_pipeline(
    scope: Construct, *, domain: str, names: Names, config: Config, arns: Arns, workflow: Workflow
) -> Schedule:
    """Return a schedule that starts the pipeline of a domain at the batch rate.

    Files of a stream do not start the pipeline. It publishes their rows at this rate, or earlier when files
    of other tables arrive.
    """
    schedule = Schedule(
        scope,
        "Pipeline",
        domain=domain,
        subject="pipeline",
        names=names,
        arns=arns,
        expression=every(config.batch_rate),
        target=workflow.arn,
        input="{}",
        description=f"Publish the rows that the streams of {domain} have ingested.",
    )
    workflow.grant_start(schedule.role)
    return schedule
