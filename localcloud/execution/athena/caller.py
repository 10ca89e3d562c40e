"""The caller of a query: Athena reads the catalog and S3 with the permissions of whoever started it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from moto.glue.models import GlueBackend, glue_backends

from localcloud.context import Context
from localcloud.execution.athena.errors import DeniedError
from localcloud.iam.resources import Params, resources_of

DEFAULT_DATABASE = "default"
"""Athena asks for this database of the catalog in every query, whether it exists or not."""

_DENIED = ("AccessDenied", "AccessDeniedException")


@dataclass(frozen=True)
class Caller:
    """Whoever started a query: a role's ARN, or None for the administrator, whom no policy limits here."""

    context: Context
    role: str | None = None

    @property
    def glue(self) -> Any:
        """A Glue client with the caller's permissions."""
        return self.context.client("glue", self.role)

    @property
    def s3(self) -> Any:
        """An S3 client with the caller's permissions."""
        return self.context.client("s3", self.role)

    def table(self, database: str, name: str) -> dict[str, Any]:
        """Return the Table of the API: GetTable of the caller, without a request.

        Raises DeniedError, and moto's EntityNotFoundException.
        """
        self._check_catalog("GetTable", {"DatabaseName": database, "Name": name})
        found: dict[str, Any] = self._catalog.get_table(database, name).as_dict()
        return found

    def partitions(self, database: str, table: str) -> tuple[dict[str, Any], ...]:
        """Return the Partitions of the API: GetPartitions of the caller, without a request.

        Raises DeniedError, and moto's EntityNotFoundException.
        """
        self._check_catalog("GetPartitions", {"DatabaseName": database, "TableName": table})
        # As a list first, because a job may register others meanwhile.
        found = list(self._catalog.get_table(database, table).partitions.values())
        return tuple(each.as_dict() for each in found)

    @property
    def _catalog(self) -> GlueBackend:
        return glue_backends[self.context.account][self.context.region]

    def check_database(self, database: str) -> None:
        """Raise DeniedError unless the caller may use a database, and the default one that Athena needs."""
        for name in (DEFAULT_DATABASE, database):
            self._check_catalog("GetDatabase", {"Name": name})

    def check_partitions(self, database: str, table: str) -> None:
        """Raise DeniedError unless the caller may read the partitions that a query of a table selects."""
        self._check_catalog("BatchGetPartition", {"DatabaseName": database, "TableName": table})

    def _check_catalog(self, operation: str, params: Params) -> None:
        """Authorise a call to the catalog whose answer the query does not need."""
        region_account = f"{self.context.region}:{self.context.account}"
        for resource in resources_of("glue", operation, params, region_account):
            action = f"glue:{operation}"
            if not self._may(action, resource):
                raise DeniedError.of_catalog(
                    f"User: {self.role} is not authorized to perform: {action} on resource: {resource}"
                )

    def check_listing(self, bucket: str, prefix: str) -> None:
        """Raise DeniedError unless the caller may list the objects below a prefix."""
        if not self._may("s3:ListBucket", f"arn:aws:s3:::{bucket}", {"s3:prefix": prefix}):
            raise DeniedError.of_data(f"s3://{bucket}/{prefix}")

    def check_objects(self, bucket: str, keys: Iterable[str]) -> None:
        """Raise DeniedError unless the caller may read every object."""
        for key in keys:
            if not self.may_read(bucket, key):
                raise DeniedError.of_data(f"s3://{bucket}/{key}")

    def may_read(self, bucket: str, key: str) -> bool:
        """Return whether the caller may read an object."""
        return self._may("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")

    def may_locate(self, bucket: str) -> bool:
        """Return whether the caller may ask for a bucket's region, as Athena does of the output's bucket."""
        return self._may("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}")

    def _may(self, action: str, resource: str, keys: dict[str, str] | None = None) -> bool:
        return self.role is None or self.context.authorise(self.role, action, resource, keys)


def is_denial(error: ClientError) -> bool:
    """Return whether a call failed because its caller lacks a permission."""
    return error.response["Error"]["Code"] in _DENIED
