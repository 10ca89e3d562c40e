"""Columns and partition keys of a table in each layer, as the Glue catalog spells them."""

from __future__ import annotations

from dataclasses import dataclass

from lake.model.columns import Column, bigint, text, texts, timestamp
from lake.model.spec import Domain, Mart, Table
from lake.naming import layer_prefix

QUALITY_FLAGS = texts("quality_flags", "Names of the checks that the row failed without being stopped.")
BATCH = text("batch_id", "Batch that brought the row.")
INGESTED = timestamp("ingest_ts", "When the batch was ingested, UTC.")
SOURCE = (
    text("source_file", "Object in the raw bucket that held the row."),
    bigint("source_row", "Line of the file, 1 for the first row after the header."),
)
EXTRA = Column(
    name="extra", type="map<string,string>", description="Columns of the file that nobody declared, as text."
)

BRONZE = (
    EXTRA,
    QUALITY_FLAGS,
    INGESTED,
    *SOURCE,
    text("source_rank", "Orders the versions of a key: the highest is the newest."),
    BATCH,
)
QUARANTINE = (
    text("record_id", "Identifies the record; requeueing refers to it."),
    *SOURCE,
    text("raw_record", "The record as it came."),
    texts("failed_checks", "Names of the checks that stopped it."),
    BATCH,
    INGESTED,
)
YEAR_MONTH = (
    Column(name="year", type="int", description="Year."),
    Column(name="month", type="int", description="Month, 1 to 12."),
)
BATCH_KEY = Column(name="batch", type="string", description="Batch that brought the rows.")
LAYERS = ("bronze", "quarantine", "silver", "gold")


@dataclass(frozen=True, kw_only=True)
class CatalogTable:
    """One Glue table: what it holds and under which prefix of its layer's bucket."""

    layer: str
    name: str
    description: str
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    prefix: str


def catalog_tables(domain: Domain) -> tuple[CatalogTable, ...]:
    """Every table that the domain has in the catalog."""
    tables = [_of(domain, table, layer) for table in domain.tables for layer in LAYERS[:-1]]
    return (*tables, *(_gold(domain, mart) for mart in domain.published_marts))


def _of(domain: Domain, table: Table, layer: str) -> CatalogTable:
    dated = YEAR_MONTH if table.dated_by else ()
    columns, keys = {
        "bronze": ((*table.columns, *BRONZE), (BATCH_KEY, *dated)),
        "quarantine": (QUARANTINE, (BATCH_KEY,)),
        "silver": (
            (*table.columns, *table.enrichment, QUALITY_FLAGS),
            YEAR_MONTH if table.is_dated else (),
        ),
    }[layer]
    return CatalogTable(
        layer=layer,
        name=table.name,
        description=table.description,
        columns=columns,
        partition_keys=keys,
        prefix=layer_prefix(layer, domain.name, table.name),
    )


def _gold(domain: Domain, mart: Mart) -> CatalogTable:
    keys = {column.name: column for column in YEAR_MONTH}
    return CatalogTable(
        layer="gold",
        name=mart.name,
        description=mart.description,
        columns=mart.columns,
        partition_keys=tuple(keys[name] for name in mart.partition_keys),
        prefix=layer_prefix("gold", domain.name, mart.name),
    )
