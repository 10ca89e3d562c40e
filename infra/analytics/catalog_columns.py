"""The tables of a domain in the Glue catalog: one per table and layer, and one per published mart."""

from __future__ import annotations

from dataclasses import dataclass

from lake.files.layers import LAYERS, layer_columns, layer_keys, mart_keys
from lake.model.columns import Column
from lake.model.spec import Domain, Mart, Table
from lake.naming import layer_prefix


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
    return CatalogTable(
        layer=layer,
        name=table.name,
        description=table.description,
        columns=layer_columns(table, layer),
        partition_keys=layer_keys(table, layer),
        prefix=layer_prefix(layer, domain.name, table.name),
    )


def _gold_table(domain: Domain, mart: Mart) -> CatalogTable:
    return CatalogTable(
        layer="gold",
        name=mart.name,
        description=mart.description,
        columns=mart.columns,
        partition_keys=mart_keys(mart),
        prefix=layer_prefix("gold", domain.name, mart.name),
    )
