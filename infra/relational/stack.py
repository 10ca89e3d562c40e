"""The shared stack of the relational copy: network, database, Glue's connection, office hours."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_glue as glue
from constructs import Construct

from infra.foundation.config import Config
from infra.foundation.stack import LakeStack
from infra.relational.database import Database
from infra.relational.hours import OfficeHours
from infra.relational.network import Network
from infra.relational.office import OfficeFunction
from lake.naming import Names


class Relational(LakeStack):
    """One database for all domains, each of which has a schema of its own.

    `office`: the archive of the function. `lease_seconds`: see OfficeFunction.
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, config: Config, office: Path, lease_seconds: int
    ) -> None:
        super().__init__(
            scope, id, names=names, config=config, description="The database of the relational copy."
        )
        hours = OfficeHours.of(config)
        # With encrypted logs the jobs have a security configuration with a key.
        self.network = Network(
            self, "Network", client_cidr=config.relational_cidr, keys=config.encrypted_logs
        )
        self.database = Database(
            self, "Database", names=names, config=config, network=self.network, hours=hours
        )
        self.office = OfficeFunction(
            self,
            "OfficeHours",
            names=names,
            config=config,
            arns=self.arns,
            hours=hours,
            archive=office,
            lease_seconds=lease_seconds,
        )
        subnet = self.network.subnets[0]
        # The secrets' endpoint lies in the first zone: so do the jobs.
        self.connection = glue.CfnConnection(
            self,
            "Connection",
            catalog_id=names.account,
            connection_input=glue.CfnConnection.ConnectionInputProperty(
                name=names.relational,
                description="The network of the database of the relational copy.",
                connection_type="NETWORK",
                connection_properties={},
                physical_connection_requirements=glue.CfnConnection.PhysicalConnectionRequirementsProperty(
                    availability_zone=subnet.availability_zone,
                    subnet_id=subnet.subnet_id,
                    security_group_id_list=[self.network.jobs.security_group_id],
                ),
            ),
        )
