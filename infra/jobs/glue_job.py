"""The settings that all Glue jobs of a domain share: library, arguments, logs, metrics, run limits."""

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
from infra.foundation.encryption import LogEncryption
from infra.foundation.roles import Role, service
from lake.model.spec import Domain
from lake.naming import Names, spark_ui_prefix
from lake.prices import starting_dpus


@dataclass(frozen=True, kw_only=True)
class Library:
    """The code of the jobs: the archive of our packages and the folder with the scripts.

    `packages` is the archive of packages from PyPI that streaming jobs import, `client` that of the MySQL
    client that loads import; None if no job needs them.
    """

    archive: Path
    scripts: Path
    packages: Path | None = None
    client: Path | None = None


class GlueJobDefaults(Construct):
    """The settings, archive and role template that a domain's Glue jobs share."""

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
        encryption: LogEncryption | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.domain = domain
        self.names = names
        self.config = config
        self.arns = arns
        self.encryption = encryption
        self._scripts = library.scripts
        self._artifacts = s3.Bucket.from_bucket_name(self, "Artifacts", names.artifacts_bucket)
        self._archive = s3_assets.Asset(self, "Library", path=str(library.archive))
        self._packages = (
            s3_assets.Asset(self, "Packages", path=str(library.packages)) if library.packages else None
        )
        self._client = s3_assets.Asset(self, "Client", path=str(library.client)) if library.client else None

    @property
    def log_prefix(self) -> str:
        """Prefix of the two log groups: jobs log to `<prefix>/error` and `<prefix>/output`."""
        return self.names.log_group(self.domain.name, "jobs")

    def arguments(self, worker_type: str, **job_arguments: str) -> dict[str, str]:
        """Return a job's default arguments: those of every job and `job_arguments` (names without dashes).

        `worker_type` is G.1X, G.025X, …
        """
        names = self.names
        return {
            "--domain": self.domain.name,
            "--env": names.env,
            "--raw_bucket": names.raw_bucket,
            "--processed_bucket": names.processed_bucket,
            "--curated_bucket": names.curated_bucket,
            "--ledger_bucket": names.ledger_bucket,
            "--dpus": f"{starting_dpus(worker_type)}",
            "--job-bookmark-option": "job-bookmark-enable",
            "--enable-auto-scaling": "true",
            "--enable-job-insights": "true",
            "--custom-logGroup-prefix": self.log_prefix,
            **{f"--{name}": value for name, value in job_arguments.items()},
        }

    def role(self, scope: Construct, kind: str, *, measures: bool = True) -> Role:
        """Return a new role for one job, allowed to write logs, Glue's metrics and Spark event logs.

        With `measures` the job itself also puts metrics. The caller grants access to data.
        """
        domain, names = self.domain.name, self.names
        role = Role(
            scope,
            f"{kind}-role",
            name=names.role(domain, kind),
            principal=service("glue", account=names.account, is_documented=False),
            description=f"Runs {kind} of {domain}.",
            arns=self.arns,
        )
        role.allow(
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            [self.arns.log_group(f"{self.log_prefix}/*")],
            why="A job run names its log streams by its run id, which is not known at synth.",
        )
        role.allow(
            ("cloudwatch:PutMetricData",),
            ["*"],
            why="PutMetricData has no resource; the condition limits it to namespaces.",
            when={
                "StringEquals": {
                    "cloudwatch:namespace": ["Glue", names.metrics_namespace] if measures else ["Glue"]
                }
            },
        )
        event_logs = spark_ui_prefix(domain, kind)
        # Spark looks for the folder and for logs of the same name, and renames the log at its end.
        role.read(names.artifacts_bucket, event_logs)
        role.write(names.artifacts_bucket, event_logs)
        role.probe(names.artifacts_bucket, event_logs, parents=True)
        role.see_missing(names.artifacts_bucket)
        if self.encryption is not None:
            self.encryption.grant(role, self.log_prefix)
        if self.config.assets_key:
            role.allow(("kms:Decrypt",), [self.config.assets_key])
        return role

    def properties(
        self,
        scope: Construct,
        *,
        kind: str,
        script: str,
        role: Role,
        with_packages: bool = False,
        with_client: bool = False,
    ) -> dict[str, Any]:
        """Return the construct properties that all jobs share; allow `role` to read script and library.

        `with_packages`, `with_client`: the job imports packages from PyPI that Glue does not have.
        """
        source = s3_assets.Asset(scope, "Script", path=str(self._scripts / f"{script}.py"))
        wanted = (self._packages if with_packages else None, self._client if with_client else None)
        archives = [self._archive, *(each for each in wanted if each is not None)]
        for asset in (source, *archives):
            role.allow(("s3:GetObject",), [f"{asset.bucket.bucket_arn}/{asset.s3_object_key}"])
        event_logs = spark_ui_prefix(self.domain.name, kind)
        encrypted: dict[str, Any] = {}
        if self.encryption is not None:
            name = self.encryption.name
            encrypted["security_configuration"] = glue.SecurityConfiguration.from_security_configuration_name(
                scope, "Encryption", name
            )
        return encrypted | {
            "job_name": self.names.job(self.domain.name, kind),
            "role": role.frozen,
            "script": glue.Code.from_bucket(source.bucket, source.s3_object_key),
            "extra_python_files": [
                glue.Code.from_bucket(archive.bucket, archive.s3_object_key) for archive in archives
            ],
            "glue_version": glue.GlueVersion.V6_0,
            "max_concurrent_runs": 1,
            "max_retries": 0,
            "enable_metrics": self.config.job_metrics,
            "enable_observability_metrics": self.config.job_metrics,
            "continuous_logging": glue.ContinuousLoggingProps(enabled=False),
            "spark_ui": glue.SparkUIProps(bucket=self._artifacts, prefix=f"/{event_logs.rstrip('/')}"),
        }

    def finish(self, job: IConstruct) -> None:
        """Let the job wait for its security configuration, or acknowledge that it has none."""
        if self.encryption is not None:
            job.node.add_dependency(self.encryption.resource)
        else:
            acknowledge_glue_logs(job)
            acknowledge_glue_bookmarks(job)
