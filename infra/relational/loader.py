"""The job of a domain that loads its relational copy, and the alarms on the database."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_glue as glue
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.foundation.roles import READ, Role
from infra.jobs.glue_job import GlueJobDefaults
from lake.model.relational.schema import relational_schemas
from lake.naming import CURATED_TO_RDS, layer_prefix, runs_root, staging_root
from lake.naming.relational import relational_prefix

WORKER_TYPE, WORKERS = "G.1X", 2
GIBIBYTE = 1024**3
LEAST_STORAGE = 2 * GIBIBYTE
MOST_CONNECTIONS = 50
"""A db.t4g.micro takes some 60."""


class Loader(Construct):
    """The Glue job `curated_to_rds` of one domain, in the network of the database."""

    def __init__(self, scope: Construct, id: str, *, defaults: GlueJobDefaults) -> None:
        super().__init__(scope, id)
        self._defaults = defaults
        names, domain, config = defaults.names, defaults.domain, defaults.config
        self.name = names.job(domain.name, CURATED_TO_RDS)
        self.role = defaults.role(self, CURATED_TO_RDS, measures=False)
        self._grant(self.role)
        personal = {"personal": config.relational_personal} if config.relational_personal else {}
        properties = defaults.properties(
            self, kind=CURATED_TO_RDS, script=CURATED_TO_RDS, role=self.role, with_client=True
        )
        self.resource = glue.PySparkEtlJob(
            self,
            "Job",
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType.G_1X,
                number_of_workers=WORKERS,
            ),
            timeout=Duration.minutes(config.job_timeout_minutes),
            default_arguments=defaults.arguments(
                WORKER_TYPE, secret=names.relational, region=names.region, **personal
            ),
            description=f"Silver and gold of {domain.name} to the relational copy.",
            connections=[glue.Connection.from_connection_name(self, "Connection", names.relational)],
            **properties,
        )
        defaults.finish(self.resource)

    def grant_run(self, role: Role) -> None:
        """Allow `role` to start, watch and stop the job."""
        role.allow(
            ("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"),
            [self._defaults.arns.job(self.name)],
        )

    def _grant(self, role: Role) -> None:
        names, domain, arns = self._defaults.names, self._defaults.domain, self._defaults.arns
        schemas = relational_schemas(domain)
        for layer, bucket in (("silver", names.processed_bucket), ("gold", names.curated_bucket)):
            prefixes = [
                layer_prefix(layer, domain.name, each.name) for each in schemas if each.layer == layer
            ]
            if prefixes:
                role.read(bucket, *prefixes)
                role.probe(bucket, *prefixes)
        role.read(names.processed_bucket, staging_root(domain.name))
        role.write(names.processed_bucket, staging_root(domain.name))
        memory = relational_prefix(domain.name)
        role.allow(READ, arns.objects(names.processed_bucket, memory), why="One object holds the memory.")
        role.append(names.processed_bucket, runs_root(domain.name), memory)
        role.probe(names.processed_bucket, staging_root(domain.name), parents=True)
        # The first load finds no memory of an earlier one, and S3A asks for folders, which are no objects.
        role.see_missing(names.processed_bucket, names.curated_bucket)
        role.allow(
            ("secretsmanager:GetSecretValue",),
            [arns.secret(names.relational)],
            why="AWS appends six characters to a secret's name.",
        )
        role.allow(("glue:GetConnection",), [arns.catalog, arns.connection(names.relational)])
        role.allow(
            (
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:CreateTags",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
            ),
            ["*"],
            why="Glue makes the network interfaces of its workers in this role, and names them itself.",
        )


class DatabaseAlarms(Construct):
    """Alarms on the database's storage and connections, to a domain's topic."""

    def __init__(self, scope: Construct, id: str, *, defaults: GlueJobDefaults, topic: sns.ITopic) -> None:
        super().__init__(scope, id)
        names, domain = defaults.names, defaults.domain.name
        greater = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
        less = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        for subject, metric, operator, threshold, what in (
            ("database-storage", _metric(names.relational, "FreeStorageSpace", "Minimum"), less,
             LEAST_STORAGE, "The database of the relational copy has less than 2 GB left."),
            ("database-connections", _metric(names.relational, "DatabaseConnections", "Maximum"), greater,
             MOST_CONNECTIONS, f"The database of the relational copy has {MOST_CONNECTIONS} connections."),
        ):  # fmt: skip
            alarm = cloudwatch.Alarm(
                self,
                subject,
                alarm_name=names.alarm(domain, subject),
                alarm_description=what,
                metric=metric,
                threshold=threshold,
                evaluation_periods=1,
                comparison_operator=operator,
                # A database that sleeps sends nothing.
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(actions.SnsAction(topic))


def _metric(instance: str, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/RDS",
        metric_name=name,
        dimensions_map={"DBInstanceIdentifier": instance},
        statistic=statistic,
        period=Duration.minutes(5),
    )
