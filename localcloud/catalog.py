"""Restoring the catalog's partitions after a restart: templates declare tables, and moto forgets the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.s3.models import s3_backends

from localcloud.context import Context
from localcloud.execution.crawler import update_partitions


def restore_partitions(context: Context) -> None:
    """Register the partitions of all tables that hold objects, so that queries see those of earlier runs.

    The catalog of AWS outlives a restart. A table that fails is reported as a background failure: the
    deployment itself has succeeded.
    """
    for database, table in _partitioned_tables(context):
        if not _has_objects(table, context):
            continue
        try:
            update_partitions(context, None, database, table["Name"], drops=False)
        except Exception as error:  # Any failure: the cloud runs without this table's partitions.
            where = f"partitions of {database}.{table['Name']} at start"
            context.report(where, str(error), of=database)


def _partitioned_tables(context: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    glue = context.client("glue")
    for page in glue.get_paginator("get_databases").paginate():
        for database in page["DatabaseList"]:
            for tables in glue.get_paginator("get_tables").paginate(DatabaseName=database["Name"]):
                for table in tables["TableList"]:
                    if table.get("PartitionKeys"):
                        yield database["Name"], table


def _has_objects(table: dict[str, Any], context: Context) -> bool:
    location = str(table["StorageDescriptor"]["Location"]).split("://", 1)[-1]
    bucket_name, _, prefix = location.partition("/")
    bucket = s3_backends[context.account]["aws"].buckets.get(bucket_name)
    return bucket is not None and any(key.startswith(prefix) for key in dict.keys(bucket.keys))
