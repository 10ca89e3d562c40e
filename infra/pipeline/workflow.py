"""The state machine of a domain, its role and its log group."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from infra.analytics.catalog import ZONES, Catalog
from infra.analytics.reconciler import ReconcileCatalog
from infra.foundation.arns import Arns
from infra.foundation.config import ALWAYS, Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.roles import READ, Role, service
from infra.jobs.batch_jobs import Jobs
from infra.pipeline.copies.load_states import LoadPlan
from infra.pipeline.copies.publish_states import ServingPlan
from infra.pipeline.crawl_states import ZoneCrawl
from infra.pipeline.definition import definition
from infra.pipeline.machine import allow_logs_and_traces, state_machine
from infra.pipeline.notifications import Notifications
from infra.pipeline.plan import Plan
from infra.pipeline.refresh_states import DashboardsPlan
from infra.relational.loader import Loader
from infra.relational.office import OfficeFunction
from infra.serving_store.publisher import PublishMarts
from lake.model.spec import Domain
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, Names, runs_root, unpublished_root
from lake.naming.relational import loaded_key


class Workflow(Construct):
    """The state machine of one domain. Its role allows exactly the calls of its states.

    `refreshed` are the ids of the datasets of QuickSight that a publication refreshes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        jobs: Jobs,
        catalog: Catalog,
        reconciler: ReconcileCatalog,
        notifications: Notifications,
        publisher: PublishMarts | None = None,
        loader: Loader | None = None,
        office: OfficeFunction | None = None,
        encryption: LogEncryption | None = None,
        refreshed: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self._name = names.state_machine(domain.name)
        self._arns = arns
        self.arn = arns.state_machine(self._name)
        plan = Plan(
            domain=domain.name,
            jobs={kind: names.job(domain.name, kind) for kind in (RAW_TO_PROCESSED, PROCESSED_TO_CURATED)},
            catalog_function=reconciler.arn,
            crawls=_crawls(domain.name, names, catalog),
            crawls_always=config.crawl == ALWAYS,
            processed_bucket=names.processed_bucket,
            lease_table=names.lease_table,
            topic_arn=notifications.topic.topic_arn,
            wait_seconds=config.wait_seconds,
            job_timeout_seconds=config.job_timeout_minutes * 60,
            serving=ServingPlan(function=publisher.arn, marts=publisher.marts) if publisher else None,
            load=LoadPlan(function=office.arn, job=loader.name) if loader and office else None,
            dashboards=DashboardsPlan(account=names.account, datasets=refreshed) if refreshed else None,
        )
        self.role = self._role(domain.name, names)
        jobs.grant_run(self.role)
        catalog.grant_crawl(self.role)
        reconciler.grant_invoke(self.role)
        notifications.grant_publish(self.role)
        if publisher is not None:
            self._grant_serving(publisher, domain.name, names)
        if loader is not None and office is not None:
            self._grant_load(loader, office, domain.name, names)
        if refreshed:
            self._grant_refreshes(refreshed)
        self.state_machine = state_machine(
            self,
            name=self._name,
            definition=definition(plan),
            role=self.role,
            arns=arns,
            log=names.log_group(domain.name, "pipeline"),
            log_days=config.log_days,
            encryption=encryption,
        )

    def grant_start(self, role: Role) -> None:
        """Allow `role` to start executions."""
        role.allow(("states:StartExecution",), [self.arn])

    def _grant_refreshes(self, datasets: Sequence[str]) -> None:
        """Allow the state machine to refresh datasets of QuickSight."""
        self.role.allow(
            ("quicksight:CreateIngestion",),
            [self._arns.ingestions(id) for id in datasets],
            why="An ingestion is named by its execution, which is not known at synth.",
        )

    def _grant_serving(self, publisher: PublishMarts, domain: str, names: Names) -> None:
        """Allow the state machine to serve marts, and to read and delete the entries of unpublished ones."""
        publisher.grant_invoke(self.role)
        unpublished = unpublished_root(domain)
        self.role.read(names.processed_bucket, unpublished)
        self.role.delete(names.processed_bucket, unpublished)

    def _grant_load(self, loader: Loader, office: OfficeFunction, domain: str, names: Names) -> None:
        """Allow the state machine to wake and load the database, and to change the mark of a loaded copy."""
        loader.grant_run(self.role)
        self.role.allow(("lambda:InvokeFunction",), [office.arn])
        bucket, mark = names.processed_bucket, loaded_key(domain)
        self.role.allow(
            ("s3:ListBucket",), [self._arns.bucket(bucket)], when={"StringEquals": {"s3:prefix": [mark]}}
        )
        self.role.allow(("s3:PutObject", "s3:DeleteObject"), [f"{self._arns.bucket(bucket)}/{mark}"])

    def _role(self, domain: str, names: Names) -> Role:
        arns = self._arns
        role = Role(
            self,
            "Role",
            name=names.role(domain, "state-machine"),
            principal=service("states", account=names.account),
            description=f"Runs the pipeline of {domain}.",
            arns=arns,
        )
        role.allow(
            ("dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"),
            [arns.dynamodb_table(names.lease_table)],
            when={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [domain]}},
        )
        role.allow(
            ("states:DescribeExecution",),
            [arns.execution(self._name)],
            why="Any execution of this state machine may hold the lease.",
        )
        role.allow(
            READ, arns.objects(names.processed_bucket, runs_root(domain)), why="Runs are not known at synth."
        )
        allow_logs_and_traces(role)
        return role


def _crawls(domain: str, names: Names, catalog: Catalog) -> dict[str, ZoneCrawl]:
    """Return zone → its crawl, for the zones that have a crawler."""
    return {
        zone: ZoneCrawl(zone=zone, crawler=names.crawler(domain, zone), layers=ZONES[zone])
        for zone in catalog.crawlers
    }
