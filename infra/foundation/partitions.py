"""Permissions on partitions in the catalog, for the roles that register and drop them."""

from __future__ import annotations

from collections.abc import Iterable

from infra.foundation.arns import Arns
from infra.foundation.roles import Role
from lake.files.layers import StoredTable
from lake.naming import Names

REGISTER = ("glue:GetTable", "glue:BatchCreatePartition", "glue:BatchDeletePartition")
"""What a job needs: it copies the table's descriptor."""

RECONCILE = (*REGISTER, "glue:GetPartitions", "glue:BatchUpdatePartition")


def allow_partitions(
    role: Role,
    actions: Iterable[str],
    tables: Iterable[StoredTable],
    *,
    domain: str,
    names: Names,
    arns: Arns,
) -> None:
    """Allow `role` the actions on the partitions of exactly these tables, as far as they have any.

    An action on a table needs permission on the catalog, the database and the table.
    """
    wanted = [
        (names.database(domain, table.layer), table.name)
        for table in sorted(tables, key=lambda table: (table.layer, table.name))
        if table.keys
    ]
    if wanted:
        databases = dict.fromkeys(database for database, _ in wanted)
        role.allow(
            tuple(actions),
            [
                arns.catalog,
                *(arns.database(database) for database in databases),
                *(arns.table(database, name) for database, name in wanted),
            ],
        )
