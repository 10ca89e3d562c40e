"""Relational tables: what applications get of a domain in MySQL.

A domain declares them in `relational.py`. The schemas, their migrations, the loads and the page of the data
dictionary derive from them (`lake/model/relational/schema.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class RelationalReference:
    """`column` refers to the key of the relational table `table`.

    The column is indexed and the reference is drawn. No foreign key is created: rows may arrive before their
    parents.
    """

    column: str
    table: str


@dataclass(frozen=True, kw_only=True)
class RelationalTable:
    """A silver table or a mart that applications read in MySQL, under the same name.

    - `key`: the columns that identify a row: its primary key.
    - `lengths`: text column → most characters. A text column without a length becomes `text`, which holds
      65,535 bytes and cannot be in a key or an index.
    - `indexes`: columns of each further index. Columns of references have one already.
    - `leaves_out`: columns that applications do not get. Lists are always left out, and so is personal data,
      unless the configuration names it.
    """

    name: str
    key: tuple[str, ...]
    lengths: Mapping[str, int] = field(default_factory=dict)
    references: tuple[RelationalReference, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    leaves_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RelationalQuestion:
    """A question that an application asks in MySQL: `sql` is one statement, which changes nothing."""

    title: str
    sql: str
