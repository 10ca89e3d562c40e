"""A customer managed key for the logs of one domain, and Glue's security configuration that uses it.

A switch (`encrypted_logs`), off by default: CloudWatch encrypts logs at rest with a key of its own, and the
logs hold paths, counts and errors, no rows. Scanners flag it all the same.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.roles import Role
from lake.naming import Names

_USE = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
"""What CloudWatch Logs asks for in the policy of a log group's key."""


class LogEncryption(Construct):
    """The key of a domain's log groups and job bookmarks, and the security configuration of its Glue jobs."""

    def __init__(self, scope: Construct, id: str, *, domain: str, names: Names, arns: Arns) -> None:
        super().__init__(scope, id)
        self._arns = arns
        self.key = kms.Key(
            self,
            "Key",
            description=f"Logs of {domain}.",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._let_logs_use_the_key(domain, names)
        self.name = names.security_configuration(domain)
        self.resource = glue.CfnSecurityConfiguration(
            self,
            "Configuration",
            name=self.name,
            encryption_configuration=glue.CfnSecurityConfiguration.EncryptionConfigurationProperty(
                cloud_watch_encryption=glue.CfnSecurityConfiguration.CloudWatchEncryptionProperty(
                    cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=self.key.key_arn
                ),
                job_bookmarks_encryption=glue.CfnSecurityConfiguration.JobBookmarksEncryptionProperty(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=self.key.key_arn
                ),
                s3_encryptions=[
                    glue.CfnSecurityConfiguration.S3EncryptionProperty(s3_encryption_mode="SSE-S3")
                ],
            ),
        )

    def grant(self, role: Role, log_groups: str) -> None:
        """Allow the role of a job or crawler to write encrypted logs and bookmarks.

        Glue associates the key with the log groups whose names begin with `log_groups`; it may add the
        security configuration's name to theirs.
        """
        role.allow(
            ("logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            [self._arns.log_group(f"{log_groups}*")],
            why="Glue adds the security configuration to the names of log groups; streams have the run's id.",
        )
        role.allow(("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"), [self.key.key_arn])
        role.allow(
            ("glue:GetSecurityConfiguration",),
            ["*"],
            why="The action has no resource; AWS does not say whether Glue reads it in the role.",
        )

    def _let_logs_use_the_key(self, domain: str, names: Names) -> None:
        groups = self._arns.log_group("*")
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogGroupsOfThisAccount",
                principals=[iam.ServicePrincipal(f"logs.{names.region}.amazonaws.com")],
                actions=list(_USE),
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
        # Step Functions delivers its logs through this service.
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DeliveryOfLogs",
                principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                actions=list(_USE),
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": names.account}},
            )
        )
