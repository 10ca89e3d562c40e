"""Everything that one domain has of its own."""

from __future__ import annotations

from constructs import Construct

from infra.analytics.athena import Questions
from infra.analytics.catalog import Catalog
from infra.foundation.config import Config
from infra.foundation.stack import LakeStack
from infra.jobs.batch_jobs import Jobs
from infra.jobs.glue_job import Library, Workshop
from infra.jobs.streams import Streams
from infra.pipeline.alarms import Alarms, FailedStreams
from infra.pipeline.notifications import Notifications
from infra.pipeline.schedules import schedule_pipeline
from infra.pipeline.trigger import Trigger
from infra.pipeline.workflow import Workflow
from infra.serving_store.publisher import FunctionCode, PublishMarts
from lake.model.spec import Domain
from lake.naming import Names


class DomainStack(LakeStack):
    """Catalog, jobs, streams, pipeline, trigger, notifications, alarms and questions of one domain.

    With `code` its marts are also published to the serving store.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        library: Library,
        code: FunctionCode | None = None,
    ) -> None:
        super().__init__(
            scope, id, names=names, config=config, description=domain.description, domain=domain.name
        )
        arns = self.arns
        self.catalog = Catalog(self, "Catalog", domain=domain, names=names, arns=arns)
        self.workshop = Workshop(
            self, "Workshop", domain=domain, names=names, config=config, arns=arns, library=library
        )
        self.jobs = Jobs(self, "Jobs", workshop=self.workshop)
        self.notifications = Notifications(self, "Notifications", domain=domain, names=names, config=config)
        self.publisher = (
            PublishMarts(
                self, "PublishMarts", domain=domain, names=names, config=config, arns=arns, code=code
            )
            if code is not None and domain.serving
            else None
        )
        self.workflow = Workflow(
            self,
            "Workflow",
            domain=domain,
            names=names,
            config=config,
            arns=arns,
            jobs=self.jobs,
            catalog=self.catalog,
            notifications=self.notifications,
            publisher=self.publisher,
        )
        self.trigger = Trigger(
            self, "Trigger", domain=domain, names=names, config=config, arns=arns, workflow=self.workflow
        )
        self.streams = Streams(self, "Streams", workshop=self.workshop)
        if domain.stream_tables:
            schedule_pipeline(
                self.streams,
                domain=domain.name,
                names=names,
                config=config,
                arns=arns,
                workflow=self.workflow,
            )
        self._watch(domain, names)
        self.questions = Questions(
            self, "Questions", domain=domain, names=names, arns=arns, catalog=self.catalog
        )

    def _watch(self, domain: Domain, names: Names) -> None:
        """What nobody waits for tells the domain's topic when it fails."""
        self.failed_streams = FailedStreams(
            self,
            "FailedStreams",
            domain=domain,
            names=names,
            arns=self.arns,
            notifications=self.notifications,
            jobs=self.streams.job_names,
        )
        self.alarms = Alarms(
            self,
            "Alarms",
            domain=domain,
            names=names,
            arns=self.arns,
            topic=self.notifications.topic,
            stuck_after_minutes=60,
        )
