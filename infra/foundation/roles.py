"""IAM roles: one per responsibility, with inline permissions and a reason for every wildcard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.foundation.acknowledge import acknowledge
from infra.foundation.arns import Arns

READ = ("s3:GetObject",)
APPEND = ("s3:PutObject",)
DELETE = ("s3:DeleteObject",)
WRITE = (*APPEND, *DELETE)
"""Without AbortMultipartUpload: each bucket's lifecycle rule aborts the uploads that a failed writer left."""


class Role(Construct):
    """An IAM role whose statements are all inline.

    With a separate policy, CloudFormation may create a pipe or crawler after the role but before the policy,
    and that creation fails.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        principal: iam.IPrincipal,
        description: str,
        arns: Arns,
    ) -> None:
        super().__init__(scope, id)
        self.name = name
        self.arn = arns.role(name)
        self._arns = arns
        self._policy = iam.PolicyDocument()
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            assumed_by=principal,
            description=description,
            inline_policies={"access": self._policy},
        )
        self.frozen = self.role.without_policy_updates()
        """The same role, for constructs that would otherwise add permissions to it."""

    def allow(
        self,
        actions: Sequence[str],
        resources: Sequence[str],
        *,
        why: str = "",
        when: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Add a statement that allows `actions` on `resources`, under the conditions `when`.

        `why` is the reason for a wildcard in a resource; cdk-nag's acknowledgement records it.
        """
        self._policy.add_statements(
            iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=when)
        )
        for resource in resources:
            if "*" in resource:
                acknowledge(self.role, f"AwsSolutions-IAM5[Resource::{resource}]", why)

    def read(self, bucket: str, *prefixes: str) -> None:
        """Allow the role to read and list objects under the prefixes."""
        self.list_keys(bucket, *prefixes)
        self.allow(READ, self._arns.objects(bucket, *prefixes), why="Object keys are not known at synth.")

    def append(self, bucket: str, *prefixes: str) -> None:
        """Allow the role to put objects under the prefixes, but to delete none."""
        self.allow(APPEND, self._arns.objects(bucket, *prefixes), why="Object keys are not known at synth.")

    def delete(self, bucket: str, *prefixes: str) -> None:
        """Allow the role to delete objects under the prefixes."""
        self.allow(DELETE, self._arns.objects(bucket, *prefixes), why="Object keys are not known at synth.")

    def write(self, bucket: str, *prefixes: str) -> None:
        """Allow the role to write and delete objects under the prefixes."""
        self.allow(WRITE, self._arns.objects(bucket, *prefixes), why="Object keys are not known at synth.")

    def probe(self, bucket: str, *prefixes: str, parents: bool = False) -> None:
        """Allow the role to ask whether the folders of the prefixes exist, with `parents` also theirs.

        Hadoop's S3A asks with a HEAD of the key without its slash, then lists the key with it. Only 404 means
        no to S3A, 403 is an error. Before it writes, it asks for each parent as well.
        """
        folders = {prefix.rstrip("/") for prefix in prefixes}
        above = {str(parent) for folder in folders for parent in PurePosixPath(folder).parents} - {"."}
        keys = sorted(folders | above if parents else folders)
        self.allow(READ, [f"{self._arns.bucket(bucket)}/{key}" for key in keys])
        if parents and above:
            self._list(bucket, "StringEquals", [f"{folder}/" for folder in sorted(above)])

    def list_keys(self, bucket: str, *prefixes: str) -> None:
        """Allow the role to list the keys under the prefixes."""
        self._list(bucket, "StringLike", sorted({f"{prefix}*" for prefix in prefixes}))

    def see_missing(self, *buckets: str) -> None:
        """Let S3 answer 404 to a HEAD or GET of a key that does not exist.

        Without ListBucket it answers 403. These calls have no prefix; a listing without one is allowed too.
        """
        for bucket in buckets:
            self.allow(("s3:ListBucket",), [self._arns.bucket(bucket)], when={"Null": {"s3:prefix": "true"}})

    def _list(self, bucket: str, operator: str, prefixes: Sequence[str]) -> None:
        self.allow(
            ("s3:ListBucket",), [self._arns.bucket(bucket)], when={operator: {"s3:prefix": list(prefixes)}}
        )


def service(name: str, *, account: str, source_arn: str = "", is_documented: bool = True) -> iam.IPrincipal:
    """Return a service principal that may act only for the given account and resource.

    With `is_documented` False, AWS does not say whether the service names the account for which it assumes a
    role: the condition holds if the key is missing.
    """
    operator = "StringEquals" if is_documented else "StringEqualsIfExists"
    conditions = {operator: {"aws:SourceAccount": account}}
    if source_arn:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    return iam.ServicePrincipal(f"{name}.amazonaws.com", conditions=conditions)
