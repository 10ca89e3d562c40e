"""The MySQL instance of the relational copy, its secret and the secret's rotation."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.config import Config
from infra.foundation.logs import log_group
from infra.relational.hours import OfficeHours
from infra.relational.network import Network
from lake.naming import Names
from lake.naming.relational import error_log_group

STORAGE_GB, MOST_STORAGE_GB = 20, 100
ROTATION_DURATION = "3h"

PARAMETERS = {
    # The loads send their files over the connection.
    "local_infile": "1",
    "require_secure_transport": "1",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_bin",
    "time_zone": "UTC",
}


class Database(Construct):
    """MySQL 8.4 on a db.t4g.micro: encrypted, not public, backed up, with a generated secret.

    The secret is rotated once a month, within office hours: a stopped instance cannot be rotated.
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, config: Config, network: Network, hours: OfficeHours
    ) -> None:
        super().__init__(scope, id)
        removal = RemovalPolicy.DESTROY if config.destroys_data else RemovalPolicy.SNAPSHOT
        error_log = log_group(self, "ErrorLog", name=error_log_group(names.relational), days=config.log_days)
        engine = rds.DatabaseInstanceEngine.mysql(version=rds.MysqlEngineVersion.VER_8_4_10)
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=names.relational,
            engine=engine,
            instance_type=ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MICRO),
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(network.subnets)),
            security_groups=[network.database],
            publicly_accessible=False,
            credentials=rds.Credentials.from_generated_secret("caudal", secret_name=names.relational),
            parameter_group=rds.ParameterGroup(
                self, "Parameters", engine=engine, description="TLS, UTC, text.", parameters=PARAMETERS
            ),
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            allocated_storage=STORAGE_GB,
            max_allocated_storage=MOST_STORAGE_GB,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            backup_retention=Duration.days(7),
            preferred_backup_window=hours.backup_window,
            preferred_maintenance_window=hours.maintenance_window,
            auto_minor_version_upgrade=True,
            deletion_protection=config.termination_protection,
            removal_policy=removal,
            cloudwatch_logs_exports=["error"],
        )
        # RDS would create the log group itself, and keep its events for ever.
        self.instance.node.add_dependency(error_log)
        secret = self.instance.secret
        assert secret is not None
        self._rotate(secret, network, hours)
        self._accept(config)

    def _rotate(self, secret: secretsmanager.ISecret, network: Network, hours: OfficeHours) -> None:
        rotation = secretsmanager.SecretRotation(
            self,
            "Rotation",
            application=secretsmanager.SecretRotationApplication.MYSQL_ROTATION_SINGLE_USER,
            secret=secret,
            target=self.instance,
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(network.subnets)),
            security_group=network.rotation,
            automatically_after=Duration.days(30),
            rotate_immediately_on_update=False,
        )
        [schedule] = [
            node for node in secret.node.find_all() + rotation.node.find_all()
            if isinstance(node, secretsmanager.CfnRotationSchedule)
        ]  # fmt: skip
        # The construct knows rates only, and a rate drifts out of office hours.
        schedule.add_property_deletion_override("RotationRules.AutomaticallyAfterDays")
        schedule.add_property_override("RotationRules.ScheduleExpression", hours.rotation)
        schedule.add_property_override("RotationRules.Duration", ROTATION_DURATION)

    def _accept(self, config: Config) -> None:
        """Acknowledge the findings that follow from a small database that holds a copy."""
        acknowledge(
            self.instance,
            "AwsSolutions-RDS3",
            "The copy is loaded again from the lake; a second zone doubles its price.",
        )
        acknowledge(self.instance, "AwsSolutions-RDS11", "Security groups alone decide who reaches the port.")
        if not config.termination_protection:
            acknowledge(
                self.instance,
                "AwsSolutions-RDS10",
                "The environment's stacks may be deleted; the copy is loaded again.",
            )
