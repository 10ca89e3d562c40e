"""What all Glue jobs of a domain have in common: library, arguments, logs, metrics, the way they run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import aws_glue as glue
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct, IConstruct

from infra.foundation.acknowledge import acknowledge_glue_bookmarks, acknowledge_glue_logs
from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.roles import Role, service
from lake.model.spec import Domain
from lake.naming import Names


@dataclass(frozen=True, kw_only=True)
class Library:
    """What every job ships: the zip of the packages and the folder of the scripts."""

    archive: Path
    scripts: Path


class Workshop(Construct):
    """The parts that a domain's jobs are made of."""

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
        self.domain = domain
        self.names = names
        self.config = config
        self.arns = arns
        self._scripts = library.scripts
        self.root = library.scripts.parent
        self._artifacts = s3.Bucket.from_bucket_name(self, "Artifacts", names.artifacts_bucket)
        self._archive = s3_assets.Asset(self, "Library", path=str(library.archive))

    @property
    def log_prefix(self) -> str:
        """Jobs log to `<prefix>/error` and `<prefix>/output`."""
        return self.names.log_group(self.domain.name, "jobs")

    def arguments(self, **more: str) -> dict[str, str]:
        """Default arguments of a job: where it works, and `more` of its own (names without dashes)."""
        names = self.names
        return {
            "--domain": self.domain.name,
            "--env": names.env,
            "--raw_bucket": names.raw_bucket,
            "--processed_bucket": names.processed_bucket,
            "--curated_bucket": names.curated_bucket,
            "--job-bookmark-option": "job-bookmark-enable",
            "--enable-auto-scaling": "true",
            "--enable-job-insights": "true",
            "--custom-logGroup-prefix": self.log_prefix,
            **{f"--{name}": value for name, value in more.items()},
        }

    def role(self, scope: Construct, kind: str) -> Role:
        """The role of one job, which may log, send metrics and keep event logs so far."""
        domain, names = self.domain.name, self.names
        role = Role(
            scope,
            f"{kind}-role",
            name=names.role(domain, kind),
            principal=service("glue"),
            description=f"Runs {kind} of {domain}.",
            arns=self.arns,
        )
        role.allow(
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            [self.arns.log_group(f"{self.log_prefix}/*")],
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

    def common(self, scope: Construct, *, kind: str, script: str, role: Role) -> dict[str, Any]:
        """Properties of every job's construct; the role may then read script and library."""
        source = s3_assets.Asset(scope, "Script", path=str(self._scripts / f"{script}.py"))
        for asset in (source, self._archive):
            role.allow(("s3:GetObject",), [f"{asset.bucket.bucket_arn}/{asset.s3_object_key}"])
        event_logs = spark_ui_prefix(self.domain.name, kind)
        return {
            "job_name": self.names.job(self.domain.name, kind),
            "role": role.frozen,
            "script": glue.Code.from_bucket(source.bucket, source.s3_object_key),
            "extra_python_files": [glue.Code.from_bucket(self._archive.bucket, self._archive.s3_object_key)],
            "glue_version": glue.GlueVersion.V6_0,
            "max_concurrent_runs": 1,
            "max_retries": 0,
            "enable_metrics": True,
            "enable_observability_metrics": True,
            "continuous_logging": glue.ContinuousLoggingProps(enabled=False),
            "spark_ui": glue.SparkUIProps(bucket=self._artifacts, prefix=f"/{event_logs.rstrip('/')}"),
        }

    def acknowledge(self, job: IConstruct) -> None:
        """Findings of cdk-nag that every job has."""
        acknowledge_glue_logs(job)
        acknowledge_glue_bookmarks(job)


def spark_ui_prefix(domain: str, job: str) -> str:
    """Artifacts bucket: event logs of a job, for the Spark history server."""
    return f"spark-ui/{domain}/{job}/"
