"""MySQL schemas derived from relational declarations: columns with types, keys, indexes, partitions.

MySQL and MariaDB both take what is generated. Text is `utf8mb4_bin`, which compares bytes but ignores
trailing blanks, and a primary key holds no null. So each text column of a key has a hidden companion with its
bytes, which the primary key uses in its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from lake.errors import UnknownNameError
from lake.model.columns import Column
from lake.model.marts import Mart, PartitionUnit
from lake.model.relational.tables import RelationalReference, RelationalTable
from lake.model.tables import Table
from lake.naming.relational import STORED_MONTH, exact_key, index_name

TEXT = "text"
TEXT_FORMAT = 1
"""To be raised when the text of a row changes, from which content hashes are computed."""

TEXT_BYTES = 65_535
BYTES_PER_CHARACTER = 4
"""Of utf8mb4."""

_TYPES = {
    "int": "int",
    "bigint": "bigint",
    "boolean": "tinyint(1)",
    "date": "date",
    "timestamp": "datetime(6)",
}
LISTS = "array<string>"


class Copied(Protocol):
    """The parts of a domain that relational tables derive from."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Incoming tables."""

    @property
    def marts(self) -> tuple[Mart, ...]:
        """Marts."""

    @property
    def relational(self) -> tuple[RelationalTable, ...]:
        """Relational tables."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column in MySQL. `type` is the declared type of its values, empty for a hidden column."""

    name: str
    sql_type: str
    nullable: bool
    type: str = ""
    description: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether `SELECT *` omits the column."""
        return not self.type

    @property
    def is_text(self) -> bool:
        """Whether the column holds text, whose bytes are compared."""
        return self.type == "string"


@dataclass(frozen=True, kw_only=True)
class RelationalSchema:
    """A table in MySQL and its origin.

    - `layer`, `partition_by`: silver or gold, and the unit in which the origin is partitioned.
    - `fields`: the columns that applications see. `hidden`: those that loads use.
    - `key`: columns that identify a row. `primary`: columns of the primary key.
    - `indexes`: name → columns.
    """

    name: str
    layer: str
    description: str
    partition_by: PartitionUnit | None
    fields: tuple[Field, ...]
    hidden: tuple[Field, ...]
    key: tuple[str, ...]
    primary: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]]
    references: tuple[RelationalReference, ...]

    @property
    def columns(self) -> tuple[Field, ...]:
        """All columns, the hidden ones last."""
        return (*self.fields, *self.hidden)

    @cached_property
    def digest(self) -> str:
        """Hash of columns, key and format of the text: rows loaded under another one are loaded again."""
        what = [[field.name, field.sql_type, field.type] for field in self.columns]
        return hashlib.sha256(json.dumps([TEXT_FORMAT, what, self.primary]).encode()).hexdigest()[:16]


def sql_type(column: Column, length: int | None) -> str:
    """Return the type in MySQL. Raises KeyError for a type that has none."""
    if column.type == "string":
        return f"varchar({length})" if length else TEXT
    if column.type.startswith("decimal"):
        return column.type
    return _TYPES[column.type]


def relational_schemas(domain: Copied, personal: Collection[str] = ()) -> tuple[RelationalSchema, ...]:
    """Return the schemas of a domain's relational tables, in declared order.

    `personal` names personal data that applications get: `<table>.<column>`.
    """
    return tuple(relational_schema(domain, each, personal) for each in domain.relational)


def relational_schema(
    domain: Copied, relation: RelationalTable, personal: Collection[str] = ()
) -> RelationalSchema:
    """Return the schema of one relational table of a valid declaration."""
    origin = origin_of(domain, relation.name)
    named = {name.partition(".")[2] for name in personal if name.partition(".")[0] == relation.name}
    key = set(relation.key)
    fields = tuple(
        Field(
            name=column.name,
            sql_type=sql_type(column, relation.lengths.get(column.name)),
            # The companion of a text column stands for null in the primary key.
            nullable=column.name not in key or column.type == "string",
            type=column.type,
            description=column.description,
        )
        for column in origin.columns
        if column.type != LISTS
        and column.name not in relation.leaves_out
        and (not column.personal or column.name in named)
    )
    exact = {each.name: exact_key(each.name) for each in fields if each.name in key and each.is_text}
    partitioned = origin.partition_by is not None
    indexed = [*((each.column,) for each in relation.references), *relation.indexes]
    primary = tuple(exact.get(name, name) for name in relation.key)
    # A companion stands in the primary key: queries find rows by the visible columns.
    indexed += [relation.key] if exact else []
    wanted = [columns for columns in dict.fromkeys(indexed) if columns != primary[: len(columns)]]
    if partitioned:
        wanted.append((STORED_MONTH,))
    return RelationalSchema(
        name=relation.name,
        layer=origin.layer,
        description=origin.description,
        partition_by=origin.partition_by,
        fields=fields,
        hidden=(
            *(
                Field(
                    name=companion,
                    sql_type=f"varbinary({relation.lengths[name] * BYTES_PER_CHARACTER + 1})",
                    nullable=False,
                )
                for name, companion in exact.items()
            ),
            Field(name=STORED_MONTH, sql_type="int", nullable=False),
        ),
        key=relation.key,
        primary=primary,
        indexes={index_name(columns): columns for columns in wanted},
        references=relation.references,
    )


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The silver table or mart that a relational table copies."""

    layer: str
    description: str
    columns: tuple[Column, ...]
    partition_by: PartitionUnit | None
    key: tuple[str, ...]


def origin_of(domain: Copied, name: str) -> Origin:
    """Return the silver table or mart of that name. Raises UnknownNameError."""
    tables = {table.name: table for table in domain.tables}
    for mart in domain.marts:
        if mart.name == name:
            return Origin(
                layer="gold",
                description=mart.description,
                columns=mart.columns,
                partition_by=mart.partition_by,
                key=mart.grain,
            )
    if name not in tables:
        raise UnknownNameError("table or mart", name, [*tables, *(mart.name for mart in domain.marts)])
    table = tables[name]
    return Origin(
        layer="silver",
        description=table.description,
        columns=table.silver_columns,
        partition_by=PartitionUnit.MONTH if table.is_dated else None,
        key=table.row_key,
    )
