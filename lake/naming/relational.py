"""Names in the relational copy: schema, bookkeeping, hidden columns, staging tables, and its keys in S3."""

from __future__ import annotations

import hashlib

from lake.naming.layout import staging_prefix

LOADS = "caudal_loads"
"""The bookkeeping table: one row for each table and month that the copy holds."""

STORED_MONTH = "stored_month"
"""Hidden column of every table: the partition that a row belongs to, as year × 100 + month; 0 without one."""

LOAD_TABLES = "caudal_load_"
"""Beginning of the names of staging tables, which exist during a load only."""

IDENTIFIER_LIMIT = 64
"""Characters of a name in MySQL, locks included."""


DATABASE_LEASES = "_database"
"""Key, in the table of leases, of the item with the loads that keep the database awake."""


def schema_name(domain: str) -> str:
    """Return the MySQL schema (database) with a domain's tables."""
    return domain


def load_lock(domain: str) -> str:
    """Return the name of the lock that one load of a domain holds."""
    return f"caudal.{domain}"


def load_table(execution: str, position: int) -> str:
    """Return the staging table of a run for the table at `position` of the declaration."""
    run = hashlib.sha256(execution.encode()).hexdigest()[:12]
    return f"{LOAD_TABLES}{run}_{position}"


def exact_key(column: str) -> str:
    """Return the hidden column with the bytes of a text column of the key after one more; empty for null."""
    return f"{column}_key"


def index_name(columns: tuple[str, ...]) -> str:
    """Return the name of the index on `columns`."""
    return "ix_" + "_".join(columns)


def month_label(stored_month: int) -> str:
    """Return a partition for people and for the bookkeeping: 2024-03, 2024, or all."""
    year, month = divmod(stored_month, 100)
    if month:
        return f"{year:04d}-{month:02d}"
    return f"{year:04d}" if year else "all"


def relational_parts(domain: str, execution: str, run: str) -> str:
    """Return the prefix, in the processed bucket, of the text that Spark writes for one run of a load."""
    return f"{staging_prefix(domain, execution)}relational/{run}/"


def relational_prefix(domain: str) -> str:
    """Return the prefix, in the processed bucket, of what a domain's loads remember."""
    return f"_relational/{domain}/"


def loaded_key(domain: str) -> str:
    """Return the key of the mark of a copy that equals what is published; none: the next execution loads."""
    return f"{relational_prefix(domain)}loaded"


def error_log_group(instance: str) -> str:
    """Return the log group to which RDS sends the error log of an instance."""
    return f"/aws/rds/instance/{instance}/error"


def contents_key(domain: str) -> str:
    """Return the key with the content hashes of the files that loads have read."""
    return f"{relational_prefix(domain)}contents.json"
