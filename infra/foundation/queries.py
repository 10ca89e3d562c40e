"""Permissions for people who ask Athena: it uses the caller's permissions on workgroup, catalog and S3."""

from __future__ import annotations

from collections.abc import Sequence

from infra.foundation.arns import Arns
from infra.foundation.roles import Role

DEFAULT_DATABASE = "default"
"""Athena asks for this database of the catalog in every query, whether it exists or not."""


def allow_queries(role: Role, *, workgroup: str, results: str, databases: Sequence[str], arns: Arns) -> None:
    """Allow `role` to ask the tables of `databases` in a workgroup, with results under the prefix `results`.

    The caller allows it to read the tables' data.
    """
    bucket = arns.names.athena_bucket
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
    allow_tables(role, [DEFAULT_DATABASE], databases, arns=arns)
    role.read(bucket, results)
    role.see_missing(bucket)
    role.allow(
        ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
        arns.objects(bucket, results),
        why="Athena names results by the query's id, which is not known at synth.",
    )
    role.allow(("s3:GetBucketLocation",), [arns.bucket(bucket)])


def allow_tables(role: Role, named: Sequence[str], read: Sequence[str], *, arns: Arns) -> None:
    """Allow `role` to read databases, tables and partitions of `read` in the catalog, but not their data.

    Of the databases `named` it sees nothing but that they exist.
    """
    why = "The role reads every table of the databases; declarations add tables."
    databases = [arns.catalog, *map(arns.database, read)]
    role.allow(("glue:GetDatabase",), [*databases, *map(arns.database, named)], why=why)
    role.allow(
        (
            "glue:GetTable",
            "glue:GetTables",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:BatchGetPartition",
        ),
        [*databases, *map(arns.tables, read)],
        why=why,
    )
