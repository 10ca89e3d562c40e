"""The Glue jobs of a domain: the same scripts for every domain, one role per job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from infra.acknowledge import acknowledge_glue_bookmarks, acknowledge_glue_logs
from infra.arns import Arns
from infra.config import Config
from infra.definition import PROCESSED_TO_CURATED, RAW_TO_PROCESSED
from infra.logs import log_group
from infra.roles import Role, service
from lake.naming import STAGING, Names, ledger_root, runs_root
from lake.spec import Domain


@dataclass(frozen=True, kw_only=True)
class Library:
    """What every job ships: the zip of the packages and the folder of the scripts."""

    archive: Path
    scripts: Path


class Jobs(Construct):
    """`raw_to_processed` and `processed_to_curated` of one domain, and their logs."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: Domain,
        names: Names,
        config: Config,
        arns: Arns,
        library: Library,
    ) -> None:
        super().__init__(scope, id)
        self._domain = domain
        self._names = names
        self._config = config
        self._arns = arns
        self._library = library
        self._artifacts = s3.Bucket.from_bucket_name(self, "Artifacts", names.artifacts_bucket)
        self._archive = s3_assets.Asset(self, "Library", path=str(library.archive))
        self._log_groups()
        self.raw_to_processed = self._job(RAW_TO_PROCESSED, "Raw files to bronze and quarantine")
        self.processed_to_curated = self._job(PROCESSED_TO_CURATED, "Bronze to silver and gold")
        self._grant_raw_to_processed(self.raw_to_processed.role)
        self._grant_processed_to_curated(self.processed_to_curated.role)

    def grant_run(self, role: Role) -> None:
        """The jobs may be started, watched and stopped."""
        role.allow(
            ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
            [
                self._arns.job(self._names.job(self._domain.name, kind))
                for kind in (RAW_TO_PROCESSED, PROCESSED_TO_CURATED)
            ],
        )

    @property
    def _log_prefix(self) -> str:
        return self._names.log_group(self._domain.name, "jobs")

    def _log_groups(self) -> None:
        for stream in ("error", "output"):
            log_group(self, f"{stream}-logs", name=f"{self._log_prefix}/{stream}", days=self._config.log_days)

    def _job(self, kind: str, what: str) -> _Job:
        return _Job(
            self,
            kind,
            name=self._names.job(self._domain.name, kind),
            role=self._role(kind),
            script=self._library.scripts / f"{kind}.py",
            archive=self._archive,
            description=f"{what} of {self._domain.name}.",
            arguments=self._arguments(),
            config=self._config,
            artifacts=self._artifacts,
            event_logs=spark_ui_prefix(self._domain.name, kind),
        )

    def _arguments(self) -> dict[str, str]:
        names, domain = self._names, self._domain.name
        return {
            "--domain": domain,
            "--env": names.env,
            "--raw_bucket": names.raw_bucket,
            "--processed_bucket": names.processed_bucket,
            "--curated_bucket": names.curated_bucket,
            "--job-bookmark-option": "job-bookmark-enable",
            "--enable-auto-scaling": "true",
            "--enable-job-insights": "true",
            "--custom-logGroup-prefix": self._log_prefix,
        }

    def _role(self, kind: str) -> Role:
        domain, names = self._domain.name, self._names
        role = Role(
            self,
            f"{kind}-role",
            name=names.role(domain, kind),
            principal=service("glue"),
            description=f"Runs {kind} of {domain}.",
            arns=self._arns,
        )
        role.allow(
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            [self._arns.log_group(f"{self._log_prefix}/*")],
            why="A run names its log streams by its own id.",
        )
        role.allow(
            ("cloudwatch:PutMetricData",),
            ["*"],
            why="PutMetricData has no resource; the condition binds it to two namespaces.",
            when={"StringEquals": {"cloudwatch:namespace": ["Glue", names.metrics_namespace]}},
        )
        role.write(names.artifacts_bucket, spark_ui_prefix(domain, kind))
        return role

    def _grant_raw_to_processed(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        role.read(names.raw_bucket, f"{domain}/")
        own = (
            f"bronze/{domain}/",
            f"quarantine/{domain}/",
            ledger_root(domain),
            runs_root(domain),
            f"{STAGING}{domain}/",
        )
        role.read(names.processed_bucket, *own)
        role.write(names.processed_bucket, *own)

    def _grant_processed_to_curated(self, role: Role) -> None:
        domain, names = self._domain.name, self._names
        own = (f"silver/{domain}/", ledger_root(domain), runs_root(domain), f"{STAGING}{domain}/")
        role.read(names.processed_bucket, f"bronze/{domain}/", *own)
        role.write(names.processed_bucket, *own)
        gold = (f"{domain}/", f"{STAGING}{domain}/")
        role.read(names.curated_bucket, *gold)
        role.write(names.curated_bucket, *gold)


def spark_ui_prefix(domain: str, job: str) -> str:
    """Artifacts bucket: event logs of a job, for the Spark history server."""
    return f"spark-ui/{domain}/{job}/"


class _Job(Construct):
    """One Glue 6.0 PySpark job on G.1X workers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        role: Role,
        script: Path,
        archive: s3_assets.Asset,
        description: str,
        arguments: dict[str, str],
        config: Config,
        artifacts: s3.IBucket,
        event_logs: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = role
        source = s3_assets.Asset(self, "Script", path=str(script))
        for asset in (source, archive):
            role.allow(("s3:GetObject",), [f"{asset.bucket.bucket_arn}/{asset.s3_object_key}"])
        self.resource = glue.PySparkEtlJob(
            self,
            "Job",
            job_name=name,
            role=role.frozen,
            script=glue.Code.from_bucket(source.bucket, source.s3_object_key),
            extra_python_files=[glue.Code.from_bucket(archive.bucket, archive.s3_object_key)],
            glue_version=glue.GlueVersion.V6_0,
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_1X, number_of_workers=config.workers
            ),
            max_concurrent_runs=1,
            max_retries=0,
            timeout=Duration.minutes(config.job_timeout_minutes),
            enable_metrics=True,
            enable_observability_metrics=True,
            continuous_logging=glue.ContinuousLoggingProps(enabled=False),
            spark_ui=glue.SparkUIProps(bucket=artifacts, prefix=f"/{event_logs.rstrip('/')}"),
            default_arguments=arguments,
            description=description,
        )
        acknowledge_glue_logs(self.resource)
        acknowledge_glue_bookmarks(self.resource)
