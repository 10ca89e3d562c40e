"""Partitions, and the operations on the catalog that the jobs need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from lake.files.layers import StoredTable

Partition = tuple[str, ...]
"""Values of a table's partition keys, in the order of the keys, as the catalog spells them."""


def partition_of(path: str) -> Partition:
    """Return the partition of a path such as `year=2025/month=8`; a slash at its end does not matter."""
    return tuple(part.partition("=")[2] for part in path.strip("/").split("/") if part)


def path_of(table: StoredTable, partition: Partition) -> str:
    """Return the path of a partition below its table's prefix, without a slash at its end."""
    return "/".join(f"{key}={value}" for key, value in zip(table.keys, partition, strict=True))


class Catalog(Protocol):
    """The partitions of a domain's tables in the catalog.

    Each change may be repeated: it ends in the same state. A table without partition keys has nothing to
    register. All methods raise CatalogError if the catalog refuses a call.
    """

    def registered(self, table: StoredTable) -> Mapping[Partition, bool]:
        """Return partition → whether its columns, format and location are those of its table."""

    def register(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        """Add partitions; those that are registered already stay as they are. Their objects must exist."""

    def update(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        """Give registered partitions the columns, format and location that `register` would give them."""

    def drop(self, table: StoredTable, partitions: Iterable[Partition]) -> None:
        """Remove partitions, ignoring unregistered ones. To be called before their objects are deleted."""
