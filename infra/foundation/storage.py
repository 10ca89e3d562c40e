"""The storage that all domains share: buckets, the roles of uploader and steward, the lease table."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.foundation.arns import Arns
from infra.foundation.config import Config
from infra.foundation.queries import allow_queries
from infra.foundation.roles import APPEND, READ, Role
from infra.foundation.stack import LakeStack
from lake.naming import (
    QUARANTINE,
    STAGING,
    STEWARD_RESULTS,
    Names,
    pointers_root,
    reingest_prefix,
    released_prefix,
    requeued_prefix,
    withdrawn_prefix,
)

_ABORT_AFTER = Duration.days(7)


class Storage(LakeStack):
    """The shared stack: one bucket per layer, the roles of uploader and steward, the lease table."""

    def __init__(self, scope: Construct, id: str, *, names: Names, config: Config) -> None:
        super().__init__(scope, id, names=names, config=config, description="Buckets and leases of the lake.")
        self._names = names
        self._config = config
        self.logs = self._logs_bucket()
        self.raw = self._bucket("Raw", names.raw_bucket, versioned=True, rules=self._version_rules())
        self.processed = self._bucket("Processed", names.processed_bucket, rules=self._staging_rules())
        self.curated = self._bucket("Curated", names.curated_bucket, rules=self._staging_rules())
        self.ledger = self._bucket("Ledger", names.ledger_bucket, versioned=True, rules=self._version_rules())
        self.athena = self._bucket(
            "Athena", names.athena_bucket, rules=self._expiry_rules(config.results_days)
        )
        self.artifacts = self._bucket(
            "Artifacts", names.artifacts_bucket, rules=self._expiry_rules(config.artifacts_days)
        )
        self._send_events(self.raw)
        self.uploader = self._uploader(self.arns)
        self._only_uploader_writes_raw(self.arns)
        self.teardown = self._teardown() if config.destroys_data else None
        self._nobody_deletes_raw()
        self._keep_versions(self.ledger, names.ledger_bucket)
        self.steward = self._steward(self.arns)
        self.leases = self._lease_table()

    def _removal(self) -> RemovalPolicy:
        return RemovalPolicy.DESTROY if self._config.destroys_data else RemovalPolicy.RETAIN

    def _bucket(
        self, id: str, name: str, *, rules: Sequence[s3.LifecycleRule], versioned: bool = False
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            id,
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=versioned,
            lifecycle_rules=list(rules),
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix=f"{id.lower()}/",
            removal_policy=self._removal(),
        )

    def _logs_bucket(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Logs",
            bucket_name=self._names.logs_bucket,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=self._expiry_rules(self._config.access_log_days),
            # S3 delivers logs hours late, and CloudFormation cannot delete a bucket that was filled again:
            # `caudal destroy --delete-data` deletes it after the stack.
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _version_rules(self) -> list[s3.LifecycleRule]:
        """Return the rules for raw and the ledger: a replaced or deleted object can be restored."""
        return [
            s3.LifecycleRule(
                id="noncurrent-versions",
                noncurrent_version_expiration=Duration.days(self._config.noncurrent_days),
                expired_object_delete_marker=True,
                abort_incomplete_multipart_upload_after=_ABORT_AFTER,
            )
        ]

    def _staging_rules(self) -> list[s3.LifecycleRule]:
        """Return the rules that remove the leftovers of killed runs: staged files and unfinished uploads."""
        return [
            s3.LifecycleRule(id="staging", prefix=STAGING, expiration=Duration.days(1)),
            s3.LifecycleRule(id="uploads", abort_incomplete_multipart_upload_after=_ABORT_AFTER),
        ]

    def _expiry_rules(self, days: int) -> list[s3.LifecycleRule]:
        return [
            s3.LifecycleRule(
                id="expire",
                expiration=Duration.days(days),
                abort_incomplete_multipart_upload_after=_ABORT_AFTER,
            )
        ]

    def _send_events(self, bucket: s3.Bucket) -> None:
        """Send the bucket's events to EventBridge."""
        # The L2's `event_bridge_enabled` deploys a Lambda function for a setting that CloudFormation has.
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        resource.add_property_override(
            "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
        )

    def _uploader(self, arns: Arns) -> Role:
        role = Role(
            self,
            "Uploader",
            name=self._names.uploader_role,
            principal=iam.AccountPrincipal(self._names.account),
            description="Writes raw; assumed by upload_files.py.",
            arns=arns,
        )
        raw = self._names.raw_bucket
        role.allow(("s3:ListBucket",), [arns.bucket(raw)])
        role.allow(
            ("s3:PutObject", "s3:AbortMultipartUpload"),
            arns.objects(raw, ""),
            why="The uploader serves every domain and names objects by their content.",
        )
        return role

    def _steward(self, arns: Arns) -> Role:
        """Return the role for people who review quarantined rows and rejected or held batches.

        The role reads raw, quarantine and the ledger; in the ledger it may record releases, requeued rows,
        withdrawn files and batches to be read again, and move the pointers of models.
        It may ask Athena about the quarantine tables of all domains, start pipelines and trainings, and watch
        trainings.
        """
        role = Role(
            self,
            "Steward",
            name=self._names.steward_role,
            principal=iam.AccountPrincipal(self._names.account),
            description="Reads quarantine, requeues rows and releases batches; assumed by the command line.",
            arns=arns,
        )
        raw = self._names.raw_bucket
        role.allow(READ, arns.objects(raw, ""), why="The steward serves every domain, file by file.")
        role.read(self._names.processed_bucket, QUARANTINE)
        role.read(self._names.ledger_bucket, "")
        role.see_missing(raw, self._names.processed_bucket, self._names.ledger_bucket)
        role.allow(
            APPEND,
            arns.objects(
                self._names.ledger_bucket,
                released_prefix("*"),
                requeued_prefix("*"),
                withdrawn_prefix("*"),
                reingest_prefix("*"),
                # All domains: their name is the rest of the key.
                pointers_root("").rstrip("/") + "/",
            ),
            why="The steward serves every domain; batches and records are not known at synth.",
        )
        self._let_start(role, arns)
        allow_queries(
            role,
            workgroup=self._names.steward_workgroup,
            results=STEWARD_RESULTS,
            databases=[self._names.database("*", "quarantine")],
            arns=arns,
        )
        return role

    def _let_start(self, role: Role, arns: Arns) -> None:
        """Allow the steward to start pipelines and trainings, and to wait for trainings."""
        training = self._names.training_state_machine("*")
        machines = [arns.state_machine(name) for name in (self._names.state_machine("*"), training)]
        role.allow(("states:StartExecution",), machines, why="The steward serves every domain.")
        role.allow(
            ("states:DescribeExecution",),
            [arns.execution(training)],
            why="Executions are not known at synth.",
        )

    def _only_uploader_writes_raw(self, arns: Arns) -> None:
        self.raw.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyTheUploaderWrites",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=arns.objects(self._names.raw_bucket, ""),
                conditions={"ArnNotEquals": {"aws:PrincipalArn": self.uploader.arn}},
            )
        )

    def _teardown(self) -> Role:
        """Return the role that empties all buckets before their stack is deleted."""
        role = Role(
            self,
            "Teardown",
            name=self._names.teardown_role,
            principal=iam.AccountPrincipal(self._names.account),
            description="Deletes all data; assumed by `caudal destroy --delete-data`.",
            arns=self.arns,
        )
        buckets = list(self._names.buckets.values())
        role.allow(("s3:ListBucketVersions",), [self.arns.bucket(bucket) for bucket in buckets])
        role.allow(
            ("s3:DeleteObject", "s3:DeleteObjectVersion"),
            [arn for bucket in buckets for arn in self.arns.objects(bucket, "")],
            why="The role deletes every object of the environment.",
        )
        return role

    def _nobody_deletes_raw(self) -> None:
        """Deny everyone but the teardown role to delete raw files, administrators included.

        Lifecycle rules expire objects whatever a bucket's policy says.
        """
        others = {"ArnNotEquals": {"aws:PrincipalArn": self.teardown.arn}} if self.teardown else None
        self.raw.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NobodyDeletes",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
                resources=self.arns.objects(self._names.raw_bucket, ""),
                conditions=others,
            )
        )

    def _keep_versions(self, bucket: s3.Bucket, name: str) -> None:
        """Deny everyone to erase versions of objects, unless the environment's data may be destroyed.

        Deleting an object leaves its versions, and the lifecycle rule expires them, whatever the policy says.
        """
        if self._config.disposable:
            return
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NobodyErasesVersions",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:DeleteObjectVersion"],
                resources=self.arns.objects(name, ""),
            )
        )

    def _lease_table(self) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Leases",
            table_name=self._names.lease_table,
            partition_key=dynamodb.Attribute(name="domain", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
