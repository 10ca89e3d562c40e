"""Columns and partition keys of a table in each layer, with the type names of the Glue catalog."""

from __future__ import annotations

from dataclasses import dataclass

from lake.model.columns import Column, bigint, text, texts, timestamp
from lake.model.spec import Domain, Mart, Table
from lake.naming import layer_prefix

QUALITY_FLAGS = texts("quality_flags", "Names of the flagging checks that the row failed.")
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
QUARANTINE = (
    text("record_id", "Identifies the record, for requeueing."),
    *SOURCE,
    text("raw_record", "The record as it stands in the file."),
    texts("failed_checks", "Names of the quarantining checks that the record failed."),
    BATCH,
    INGESTED,
)
YEAR_MONTH = (
    Column(name="year", type="int", description="Year."),
    Column(name="month", type="int", description="Month, 1 to 12."),
)
BATCH_KEY = Column(name="batch", type="string", description="Batch that ingested the rows.")
LAYERS = ("bronze", "quarantine", "silver", "gold")


@dataclass(frozen=True, kw_only=True)
class CatalogTable:
    """One Glue table: its columns, its partition keys and the prefix of its files in the layer's bucket."""

    layer: str
    name: str
    description: str
    columns: tuple[Column, ...]
    partition_keys: tuple[Column, ...]
    prefix: str


def catalog_tables(domain: Domain) -> tuple[CatalogTable, ...]:
    """Return the domain's tables in the catalog: one per table and layer, and one per published mart."""
    tables = [_layer_table(domain, table, layer) for table in domain.tables for layer in LAYERS[:-1]]
    return (*tables, *(_gold_table(domain, mart) for mart in domain.published_marts))


def _layer_table(domain: Domain, table: Table, layer: str) -> CatalogTable:
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


def _gold_table(domain: Domain, mart: Mart) -> CatalogTable:
    keys = {column.name: column for column in YEAR_MONTH}
    return CatalogTable(
        layer="gold",
        name=mart.name,
        description=mart.description,
        columns=mart.columns,
        partition_keys=tuple(keys[name] for name in mart.partition_keys),
        prefix=layer_prefix("gold", domain.name, mart.name),
    )
