"""Everything that one domain has of its own."""

from __future__ import annotations

from constructs import Construct

from infra.alarms import Alarms
from infra.athena import Questions
from infra.catalog import Catalog
from infra.config import Config
from infra.jobs import Jobs, Library
from infra.notifications import Notifications
from infra.stack import LakeStack
from infra.trigger import Trigger
from infra.workflow import Workflow
from lake.naming import Names
from lake.spec import Domain


class DomainStack(LakeStack):
    """Catalog, jobs, pipeline, trigger, notifications, alarms and questions of one domain."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        library: Library,
    ) -> None:
        super().__init__(
            scope, id, names=names, config=config, description=domain.description, domain=domain.name
        )
        arns = self.arns
        self.catalog = Catalog(self, "Catalog", domain=domain, names=names, arns=arns)
        self.jobs = Jobs(self, "Jobs", domain=domain, names=names, config=config, arns=arns, library=library)
        self.notifications = Notifications(self, "Notifications", domain=domain, names=names, config=config)
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
        )
        self.trigger = Trigger(
            self, "Trigger", domain=domain, names=names, config=config, arns=arns, workflow=self.workflow
        )
        self.alarms = Alarms(
            self,
            "Alarms",
            domain=domain,
            names=names,
            arns=arns,
            topic=self.notifications.topic,
            stuck_after_minutes=60,
        )
        self.questions = Questions(
            self, "Questions", domain=domain, names=names, arns=arns, catalog=self.catalog
        )
