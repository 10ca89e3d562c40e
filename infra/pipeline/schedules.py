"""The schedule of a domain's pipeline, for what its streams have brought."""

from __future__ import annotations

from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.schedule import Schedule
from infra.pipeline.workflow import Workflow
from lake.naming import Names


def schedule_pipeline(
    scope: Construct, *, domain: str, names: Names, config: Config, arns: Arns, workflow: Workflow
) -> Schedule:
    """Start the pipeline of a domain at the batch rate.

    Files of a stream do not start the pipeline. It publishes what they brought at this rate, or earlier
    when files of other tables arrive.
    """
    schedule = Schedule(
        scope,
        "Pipeline",
        domain=domain,
        what="pipeline",
        names=names,
        arns=arns,
        rate=config.batch_rate,
        target=workflow.arn,
        input="{}",
        description=f"Publishes what the streams of {domain} have brought.",
    )
    workflow.grant_start(schedule.role)
    return schedule
