"""Keys of data: raw files, the layers, what is staged. The same in every environment."""

from __future__ import annotations


def raw_prefix(domain: str, table: str = "") -> str:
    """Raw bucket: `<domain>/<table>/`, or the whole domain."""
    return f"{domain}/{table}/" if table else f"{domain}/"


UNRECOGNISED = "_unrecognised"
"""Raw bucket: takes a table's place in the key of a file that matches no table."""


def raw_content_prefix(domain: str, table: str, sha256: str) -> str:
    """Raw bucket: where one content of a table lies, under whatever names it came."""
    return f"{raw_prefix(domain, table)}{sha256[:12]}/"


def raw_key(domain: str, table: str, sha256: str, path: str) -> str:
    """Raw bucket: one object per content and relative path."""
    return f"{raw_content_prefix(domain, table, sha256)}{path}"


def layer_prefix(layer: str, domain: str, table: str) -> str:
    """Where a table's files lie in its bucket; gold has the curated bucket to itself."""
    return f"{domain}/{table}/" if layer == "gold" else f"{layer}/{domain}/{table}/"


def batch_prefix(layer: str, domain: str, table: str, batch_id: str) -> str:
    """Processed bucket: what one batch brought to bronze or quarantine of one table."""
    return f"{layer_prefix(layer, domain, table)}batch={batch_id}/"


def part_file(number: int) -> str:
    """Name of a published Parquet file in its partition; almost always there is one."""
    return f"part-{number:05d}.parquet"


def month_partition(year: int, month: int) -> str:
    return f"year={year}/month={month}/"


def year_partition(year: int) -> str:
    return f"year={year}/"


QUALITY_LOG = "quality_by_run"
"""The log of the checks, which every domain has in gold."""

STAGING = "_staging/"
"""Processed and curated bucket: what expires unless it is published."""


def staging_prefix(domain: str, execution: str) -> str:
    """Processed and curated bucket: files of one execution that are not published yet."""
    return f"{STAGING}{domain}/{execution}/"


def speed_prefix(domain: str, table: str) -> str:
    """Processed bucket: running totals of a stream's open days."""
    return layer_prefix("speed", domain, table)
