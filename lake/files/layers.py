"""The columns and partition keys of a table's files in each layer: declared ones, and the lake's own."""

from __future__ import annotations

from lake.model.columns import Column, bigint, text, texts, timestamp
from lake.model.marts import Mart
from lake.model.tables import Table

LAYERS = ("bronze", "quarantine", "silver", "gold")

QUALITY_FLAGS = texts("quality_flags", "Names of the flagging checks that the row failed.")
FAILED_CHECKS = texts("failed_checks", "Names of the quarantining checks that the record failed.")
RAW_RECORD = text("raw_record", "The record as it stands in the file.")
BATCH = text("batch_id", "Batch that ingested the row.")
INGESTED = timestamp("ingest_ts", "When the batch was ingested, UTC.")
SOURCE = (
    text("source_file", "Object in the raw bucket that held the row."),
    bigint("source_row", "Line of the file, 1 for the first row after the header."),
)
EXTRA = Column(
    name="extra", type="map<string,string>", description="Undeclared columns of the file, as text."
)

BRONZE = (
    EXTRA,
    QUALITY_FLAGS,
    INGESTED,
    *SOURCE,
    text("source_rank", "Orders the versions of a key: the highest is the newest."),
    BATCH,
)
"""Columns of bronze beside those that a table declares."""

QUARANTINE = (
    text("record_id", "Identifies the record, for requeueing."),
    *SOURCE,
    RAW_RECORD,
    FAILED_CHECKS,
    BATCH,
    INGESTED,
)
"""Columns of quarantine, the same for all tables."""

YEAR_MONTH = (
    Column(name="year", type="int", description="Year."),
    Column(name="month", type="int", description="Month, 1 to 12."),
)
BATCH_KEY = Column(name="batch", type="string", description="Batch that ingested the rows.")


def layer_columns(table: Table, layer: str) -> tuple[Column, ...]:
    """Return a table's columns in bronze, quarantine or silver, without partition keys, in file order."""
    return {
        "bronze": (*table.columns, *BRONZE),
        "quarantine": QUARANTINE,
        "silver": (*table.columns, *table.enrichment, QUALITY_FLAGS),
    }[layer]


def layer_keys(table: Table, layer: str) -> tuple[Column, ...]:
    """Return a table's partition keys in bronze, quarantine or silver, the outermost first."""
    return {
        "bronze": (BATCH_KEY, *(YEAR_MONTH if table.dated_by else ())),
        "quarantine": (BATCH_KEY,),
        "silver": YEAR_MONTH if table.is_dated else (),
    }[layer]


def mart_keys(mart: Mart) -> tuple[Column, ...]:
    """Return a mart's partition keys, the outermost first."""
    keys = {column.name: column for column in YEAR_MONTH}
    return tuple(keys[name] for name in mart.partition_keys)
