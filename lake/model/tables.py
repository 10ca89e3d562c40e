"""The tables that come in: identity, time, references, versions and streams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from lake.model.checks import Check
from lake.model.columns import Column


class Versions(Enum):
    """How several rows of one key become one.

    - `ROW`: the highest-ranking row of a key wins.
    - `GROUP`: the highest-ranking file that holds a key replaces all rows of that key, and
      several rows of the winning file may share it (an order's lines).
    """

    ROW = "row"
    GROUP = "group"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """`column` names a row of `table` by that table's key. Unmatched: flag `<column>.unknown`.

    Where `gives_month` is set the row has no date of its own and lies in its parent's month, in
    year 0, month 0 while the parent is unknown.
    """

    column: str
    table: str
    gives_month: bool = False

    @property
    def check(self) -> str:
        """Name of the flag. It is judged in silver, since the row that is meant may come later."""
        return f"{self.column}.unknown"


@dataclass(frozen=True, kw_only=True)
class Touch:
    """A changed row of `table` touches the rows whose `column` equals its `parent_column`.

    For tables that enrich rows without being referenced by their key: an organisation's user count
    changes the events of that organisation.
    """

    column: str
    table: str
    parent_column: str


@dataclass(frozen=True, kw_only=True)
class Stream:
    """The table arrives as JSON-lines micro-batch files instead of CSV drops.

    `folders` recognise its files, `rank` are the columns that order versions of a key before the
    line's SHA-256 does, `watermark_hours` bounds the state of the speed view, whose running
    totals have the grain `totals_by` and sum `totals`.
    """

    folders: tuple[str, ...]
    rank: tuple[str, ...]
    watermark_hours: int = 2
    totals_by: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that comes in: its columns, identity, time, quality rules and references.

    - `key` identifies a row (`Versions.ROW`) or a group of rows (`Versions.GROUP`).
    - `dated_by`: the date or timestamp whose month is its partition; None for a table that is
      small enough to be resolved whole (a master), or that takes its month from a reference.
    - `touched_by`: tables whose changed rows touch rows here without being referenced by key.
    - `enriched_from`, `enrichment`: silver tables joined by `silver/<name>.py` and the columns
      that it adds. Without them silver is the resolved table plus reference flags. A joined table
      is referenced or in `touched_by`, and not enriched from others itself.
    - `reject_above`: share of quarantined rows of a batch above which it is not published.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated_by: str | None = None
    versions: Versions = Versions.ROW
    checks: tuple[Check, ...] = ()
    references: tuple[Reference, ...] = ()
    stream: Stream | None = None
    touched_by: tuple[Touch, ...] = ()
    enriched_from: tuple[str, ...] = ()
    enrichment: tuple[Column, ...] = ()
    reject_above: float = 0.2

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names as the source files spell them, in declared order."""
        return tuple(column.header for column in self.columns)

    @property
    def key_headers(self) -> tuple[str, ...]:
        return tuple(self.by_name[name].header for name in self.key)

    @property
    def month_reference(self) -> Reference | None:
        """The reference that gives the row its month, if it has no date of its own."""
        return next((ref for ref in self.references if ref.gives_month), None)

    @property
    def is_dated(self) -> bool:
        """Whether silver is partitioned by month."""
        return self.dated_by is not None or self.month_reference is not None

    def is_required(self, column: Column) -> bool:
        """Null is quarantined: declared so, part of the key, or the row's date."""
        return column.required or column.name in self.key or column.name == self.dated_by

    def is_strict(self, column: Column) -> bool:
        """Text that does not cast is quarantined rather than flagged."""
        return column.strict or self.is_required(column)

    def check_names(self) -> tuple[str, ...]:
        """Every name that `failed_checks` or `quality_flags` of this table can hold, sorted."""
        names = {check.name for check in self.checks} | {"record.malformed"}
        names |= {ref.check for ref in self.references}
        for column in self.columns:
            if column.type != "string" and not column.lenient:
                names.add(column.check("type"))
            if self.is_required(column):
                names.add(column.check("not_null"))
        return tuple(sorted(names))
