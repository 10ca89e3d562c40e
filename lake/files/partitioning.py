"""The tables of a domain in all layers, with the keys by which each is partitioned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lake.files.layers import LAYERS, layer_keys, mart_keys
from lake.model.columns import Column
from lake.model.spec import Domain


@dataclass(frozen=True, order=True, kw_only=True)
class StoredTable:
    """A table in one layer. `keys` are the names of its partition keys, in order; it may have none."""

    layer: str
    name: str
    keys: tuple[str, ...]


def stored_table(domain: Domain, layer: str, name: str) -> StoredTable:
    """Return one table of one layer. Raises UnknownNameError."""
    if layer == "gold":
        return _stored(layer, name, mart_keys(domain.mart(name)))
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
