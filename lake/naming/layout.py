"""Keys of data: raw files, layers and staging. They are equal in all environments."""

from __future__ import annotations

from datetime import datetime

from lake.naming.ledger import moment


def raw_prefix(domain: str, table: str = "") -> str:
    """Return the prefix of a table, or of a whole domain, in the raw bucket."""
    return f"{domain}/{table}/" if table else f"{domain}/"


UNRECOGNISED = "_unrecognised"
"""Takes the place of the table in the raw key of a file that matches no table."""


def raw_content_prefix(domain: str, table: str, sha256: str) -> str:
    """Return the beginning of the raw keys of all files of a table with the same content.

    Their names may differ. A slash follows, or a dash and the time of an upload call.
    """
    return f"{raw_prefix(domain, table)}{sha256[:12]}"


def raw_key(domain: str, table: str, sha256: str, path: str, *, again_at: datetime | None = None) -> str:
    """Return the raw key of a file: one per content and relative path.

    A file that is sent again as a new version has a key of its own, by the time of its upload call.
    """
    version = f"-{moment(again_at)}" if again_at else ""
    return f"{raw_content_prefix(domain, table, sha256)}{version}/{path}"


def first_raw_key(key: str) -> str:
    """Return the raw key that a file had when it was sent for the first time; another key as it is."""
    parts = key.split("/", 3)
    if len(parts) < 4:
        return key
    domain, table, version, path = parts
    return f"{domain}/{table}/{version.partition('-')[0]}/{path}"


ARRIVAL_LAYERS = ("bronze", "quarantine")
"""The layers that a batch writes when it arrives, below `batch=<batch>/`."""


WITHDRAWN = "withdrawn"
"""Takes the place of the layer in the keys of bronze's whole files, from which rows were taken out."""


QUARANTINE = "quarantine/"
"""Prefix of the quarantined records of all domains, in the processed bucket."""


def layer_root(layer: str, domain: str) -> str:
    """Return the prefix of a domain in a layer's bucket; only gold lies in the curated bucket."""
    return f"{domain}/" if layer == "gold" else f"{layer}/{domain}/"


def layer_prefix(layer: str, domain: str, table: str) -> str:
    """Return the prefix of a table in its layer's bucket."""
    return f"{layer_root(layer, domain)}{table}/"


def batches_prefix(layer: str, domain: str, table: str) -> str:
    """Return the beginning, in the processed bucket, of all batches in bronze or quarantine of a table.

    The id of a batch follows, then a slash.
    """
    return f"{layer_prefix(layer, domain, table)}batch="


def batch_prefix(layer: str, domain: str, table: str, batch_id: str) -> str:
    """Return the prefix, in the processed bucket, of a batch's rows in bronze or quarantine of a table."""
    return f"{batches_prefix(layer, domain, table)}{batch_id}/"


def part_file(number: int) -> str:
    """Return the name of a Parquet file in a published partition; most partitions have one file."""
    return f"part-{number:05d}.parquet"


def month_partition(year: int, month: int) -> str:
    """Return the prefix of a month within a table."""
    return f"year={year}/month={month}/"


def year_partition(year: int) -> str:
    """Return the prefix of a year within a table."""
    return f"year={year}/"


QUALITY_LOG = "quality_by_run"
"""Name of the log of check results, which every domain has in gold."""

RUN_LOG = "pipeline_runs"
"""Name of the log of runs, which every domain has in gold."""

STAGING = "_staging/"
"""Prefix of staged files in the processed and the curated bucket; a lifecycle rule expires them."""


def staging_root(domain: str) -> str:
    """Return the prefix of the files that all executions of a domain have staged."""
    return f"{STAGING}{domain}/"


def staging_prefix(domain: str, execution: str) -> str:
    """Return the prefix of the files that an execution has staged and not published yet."""
    return f"{staging_root(domain)}{execution}/"


def speed_prefix(domain: str, table: str) -> str:
    """Return the prefix, in the processed bucket, of the running totals of a stream's open days."""
    return layer_prefix("speed", domain, table)


QUERY_RESULTS = "results/"
"""Prefix of query results in the Athena bucket."""

STEWARD_RESULTS = "steward-results/"
"""Prefix of the results of stewards' queries, which show quarantined rows, in the Athena bucket."""


def spark_ui_prefix(domain: str, job: str) -> str:
    """Return the prefix, in the artifacts bucket, of a job's event logs, for the Spark history server."""
    return f"spark-ui/{domain}/{job}/"
