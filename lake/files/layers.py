"""The tables of each layer: columns and partition keys of their files, declared ones and the lake's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lake.model.columns import Column, bigint, text, texts, timestamp
from lake.model.marts import Mart
from lake.model.spec import Domain
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
        "silver": (*table.silver_columns, QUALITY_FLAGS),
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


@dataclass(frozen=True, order=True, kw_only=True)
class StoredTable:
    """A table in one layer. `keys` are the names of its partition keys, in order; it may have none."""

    layer: str
    name: str
    keys: tuple[str, ...]


def stored_table(domain: Domain, layer: str, name: str) -> StoredTable:
    """Return one table of one layer. Raises UnknownNameError."""
    if layer == "gold":
        published = {mart.name: mart for mart in domain.published_marts}
        return _stored(layer, name, mart_keys(published.get(name) or domain.mart(name)))
    return _stored(layer, name, layer_keys(domain.table(name), layer))


def partitioned_tables(domain: Domain) -> tuple[StoredTable, ...]:
    """Return the tables of all layers that have partitions, in the order of LAYERS."""
    return tuple(table for table in _all(domain) if table.keys)


def _all(domain: Domain) -> Iterator[StoredTable]:
    for layer in LAYERS[:-1]:
        for table in domain.tables:
            yield _stored(layer, table.name, layer_keys(table, layer))
    for mart in domain.published_marts:
        yield _stored(LAYERS[-1], mart.name, mart_keys(mart))


def _stored(layer: str, name: str, keys: Sequence[Column]) -> StoredTable:
    return StoredTable(layer=layer, name=name, keys=tuple(key.name for key in keys))
