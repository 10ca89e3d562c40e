"""The network of the relational copy: private subnets without a way to the internet, and their endpoints."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.foundation.acknowledge import acknowledge

CIDR = "10.80.0.0/24"
ZONES = 2
MYSQL = 3306


class Network(Construct):
    """A VPC with private subnets in two zones, no NAT, and the security groups of database and jobs.

    S3 is reached through a gateway endpoint, which is free, Secrets Manager through an interface endpoint in
    the first zone, which is billed by the hour; with `keys` KMS as well. `client_cidr` may reach the
    database; empty: only jobs may.
    """

    def __init__(self, scope: Construct, id: str, *, client_cidr: str, keys: bool) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            # A look-up would need the account's credentials at synth.
            availability_zones=[Fn.select(number, Fn.get_azs()) for number in range(ZONES)],
            nat_gateways=0,
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26
                )
            ],
        )
        acknowledge(
            self.vpc,
            "AwsSolutions-VPC7",
            "Nothing enters or leaves the network but the jobs' calls to AWS, which CloudTrail records; flow "
            "logs would cost more than the database.",
        )
        self.jobs = self._group("Jobs", "Jobs that load the relational copy.", outbound=True)
        # Glue refuses a connection whose workers may not talk to each other.
        self.jobs.connections.allow_internally(ec2.Port.all_tcp(), "Glue's workers talk to each other.")
        self.rotation = self._group("Rotation", "The function that rotates the secret.", outbound=True)
        self.database = self._group("Database", "The relational copy.", outbound=False)
        port = ec2.Port.tcp(MYSQL)
        for group, what in ((self.jobs, "Loads."), (self.rotation, "Rotation of the secret.")):
            self.database.add_ingress_rule(group, port, what)
        if client_cidr:
            self.database.add_ingress_rule(ec2.Peer.ipv4(client_cidr), port, "Applications.")
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        endpoints = ec2.InterfaceVpcEndpointAwsService
        self._endpoint(
            "Secrets", "Secrets Manager", endpoints.SECRETS_MANAGER, "Endpoint", [self.jobs, self.rotation]
        )
        if keys:
            self._endpoint("Keys", "KMS", endpoints.KMS, "KeysEndpoint", [self.jobs])

    @property
    def subnets(self) -> Sequence[ec2.ISubnet]:
        """The private subnets, one in each zone."""
        subnets: Sequence[ec2.ISubnet] = self.vpc.isolated_subnets
        return subnets

    def _group(self, id: str, description: str, *, outbound: bool) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, id, vpc=self.vpc, description=description, allow_all_outbound=outbound)

    def _endpoint(
        self,
        id: str,
        name: str,
        service: ec2.InterfaceVpcEndpointAwsService,
        group_id: str,
        callers: Sequence[ec2.SecurityGroup],
    ) -> None:
        """Add the interface endpoint of a service, in one zone, for the callers."""
        group = self._group(group_id, f"The endpoint of {name}.", outbound=False)
        for caller in callers:
            group.add_ingress_rule(caller, ec2.Port.tcp(443), f"{name}.")
        self.vpc.add_interface_endpoint(
            id,
            service=service,
            subnets=ec2.SubnetSelection(subnets=[self.subnets[0]]),
            security_groups=[group],
            open=False,
        )
