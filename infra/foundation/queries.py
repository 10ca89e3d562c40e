"""Permissions for people who ask Athena: it uses the caller's permissions on workgroup, catalog and S3."""

from __future__ import annotations

from collections.abc import Sequence

from infra.foundation.arns import Arns
from infra.foundation.roles import Role
from lake.naming import Names

DEFAULT_DATABASE = "default"
"""Athena asks for this database of the catalog in every query, whether it exists or not."""


def allow_queries(role: Role, *, workgroup: str, results: str, names: Names, arns: Arns) -> None:
    """Allow `role` to run queries in a workgroup, and to write and read their results under the prefix.

    The caller allows it to read the data, and with `allow_tables` the catalog.
    """
    role.allow(
        (
            "athena:StartQueryExecution",
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:StopQueryExecution",
            "athena:GetWorkGroup",
        ),
        [arns.workgroup(workgroup)],
    )
    role.allow(("glue:GetDatabase",), [arns.catalog, arns.database(DEFAULT_DATABASE)])
    role.read(names.athena_bucket, results)
    role.allow(
        ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
        arns.objects(names.athena_bucket, results),
        why="Athena names results by the query's id, which is not known at synth.",
    )
    role.allow(("s3:GetBucketLocation",), [arns.bucket(names.athena_bucket)])


def allow_tables(role: Role, databases: Sequence[str], arns: Arns) -> None:
    """Allow `role` to read databases, tables and partitions in the catalog, but not their data."""
    role.allow(
        (
            "glue:GetDatabase",
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:BatchGetPartition",
        ),
        [arns.catalog, *map(arns.database, databases), *map(arns.tables, databases)],
        why="The role reads every table of the databases; declarations add tables.",
    )
