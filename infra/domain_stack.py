"""The CloudFormation stack of one domain."""

from __future__ import annotations

from pathlib import Path

from constructs import Construct

from infra.analytics.athena import Questions
from infra.analytics.catalog import Catalog
from infra.analytics.reconciler import ReconcileCatalog
from infra.dashboards.datasets import spice_datasets
from infra.foundation.config import Config
from infra.foundation.encryption import LogEncryption
from infra.foundation.stack import LakeStack
from infra.jobs.batch_jobs import Jobs
from infra.jobs.glue_job import GlueJobDefaults, Library
from infra.jobs.streams import Streams
from infra.pipeline.alarms import Alarms, FailedStreams, TrainingAlarms
from infra.pipeline.notifications import Notifications
from infra.pipeline.schedules import schedule_pipeline
from infra.pipeline.trigger import Trigger
from infra.pipeline.workflow import Workflow
from infra.relational.loader import DatabaseAlarms, Loader
from infra.relational.stack import Relational
from infra.serving_store.publisher import FunctionCode, PublishMarts
from infra.training.job import TrainingJob
from infra.training.workflow import Training
from lake.model.spec import Domain
from lake.naming import Names


class DomainStack(LakeStack):
    """Catalog, jobs, streams, pipeline, trigger, notifications, alarms and queries of one domain.

    A domain with models also has their training.
    `reconciler` is the archive of the function that reconciles the catalog. With `code` the pipeline also
    publishes the domain's marts to the serving store, with `relational` it loads its relational tables.
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
        reconciler: Path,
        code: FunctionCode | None = None,
        relational: Relational | None = None,
    ) -> None:
        super().__init__(
            scope, id, names=names, config=config, description=domain.description, domain=domain.name
        )
        arns = self.arns
        self.encryption: LogEncryption | None = None
        if config.encrypted_logs:
            self.encryption = LogEncryption(self, "Encryption", domain=domain.name, names=names, arns=arns)
        self._add_catalog(domain, names, config, reconciler)
        # Construct ids determine the logical ids of deployed resources: "Workshop" is an earlier class name.
        self.job_defaults = GlueJobDefaults(
            self,
            "Workshop",
            domain=domain,
            names=names,
            config=config,
            arns=arns,
            library=library,
            encryption=self.encryption,
        )
        self.jobs = Jobs(self, "Jobs", defaults=self.job_defaults)
        self.notifications = Notifications(self, "Notifications", domain=domain, names=names, config=config)
        self.publisher: PublishMarts | None = None
        if code is not None and domain.serving:
            self.publisher = PublishMarts(
                self,
                "PublishMarts",
                domain=domain,
                names=names,
                config=config,
                arns=arns,
                code=code,
                encryption=self.encryption,
            )
        self.loader: Loader | None = None
        self._office = relational.office if relational is not None else None
        if relational is not None and domain.relational:
            self.loader = Loader(self, "Loader", defaults=self.job_defaults)
            topic = self.notifications.topic
            DatabaseAlarms(self, "DatabaseAlarms", defaults=self.job_defaults, topic=topic)
        self._add_pipeline(domain, names, config)
        self._add_alarms(domain, names)
        self.training: Training | None = None
        if domain.models:
            self.training = self._add_training(domain, names, config)
        self.questions = Questions(self, "Questions", domain=domain, names=names, arns=arns)

    def _add_catalog(self, domain: Domain, names: Names, config: Config, archive: Path) -> None:
        """Declare tables and crawlers, and the function (in `archive`) that keeps their partitions right."""
        self.catalog = Catalog(
            self,
            "Catalog",
            domain=domain,
            names=names,
            config=config,
            arns=self.arns,
            encryption=self.encryption,
        )
        self.reconciler = ReconcileCatalog(
            self,
            "ReconcileCatalog",
            domain=domain,
            names=names,
            config=config,
            arns=self.arns,
            archive=archive,
            encryption=self.encryption,
        )

    def _add_pipeline(self, domain: Domain, names: Names, config: Config) -> None:
        arns = self.arns
        self.workflow = Workflow(
            self,
            "Workflow",
            domain=domain,
            names=names,
            config=config,
            arns=arns,
            jobs=self.jobs,
            catalog=self.catalog,
            reconciler=self.reconciler,
            notifications=self.notifications,
            publisher=self.publisher,
            loader=self.loader,
            office=self._office,
            encryption=self.encryption,
            refreshed=spice_datasets(domain, names) if config.quicksight else (),
        )
        self.trigger = Trigger(
            self, "Trigger", domain=domain, names=names, config=config, arns=arns, workflow=self.workflow
        )
        self.streams = Streams(self, "Streams", defaults=self.job_defaults)
        if domain.stream_tables:
            schedule_pipeline(
                self.streams,
                domain=domain.name,
                names=names,
                config=config,
                arns=arns,
                workflow=self.workflow,
            )

    def _add_training(self, domain: Domain, names: Names, config: Config) -> Training:
        """Return the training of a domain's models, which starts the pipeline after a promotion."""
        TrainingAlarms(
            self,
            "TrainingAlarms",
            domain=domain,
            names=names,
            arns=self.arns,
            topic=self.notifications.topic,
        )
        return Training(
            self,
            "Training",
            domain=domain.name,
            names=names,
            config=config,
            arns=self.arns,
            job=TrainingJob(self, "TrainingJob", defaults=self.job_defaults),
            pipeline=self.workflow,
            notifications=self.notifications,
            encryption=self.encryption,
        )

    def _add_alarms(self, domain: Domain, names: Names) -> None:
        """Notify the domain's topic of failed executions, failed streaming runs and undelivered files."""
        self.failed_streams = FailedStreams(
            self,
            "FailedStreams",
            domain=domain,
            names=names,
            arns=self.arns,
            notifications=self.notifications,
            dead_letters=self.trigger.dead_letters,
            streams=self.streams.job_names,
            are_continuous=self.streams.are_continuous,
            loads=[self.loader.name] if self.loader else [],
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
