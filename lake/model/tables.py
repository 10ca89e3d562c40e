"""Incoming tables: their identity, time, references, versions and streams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from lake.model.checks import Check
from lake.model.columns import Column


class Versions(Enum):
    """The rule by which versions of a key are resolved.

    - `ROW`: the highest-ranking row of a key wins.
    - `GROUP`: the highest-ranking file that holds a key replaces all rows of that key; several rows
      of the winning file may share the key (an order's lines).
    """

    ROW = "row"
    GROUP = "group"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """`column` refers to a parent row in `table` by that table's key.

    A row without its parent is flagged `<column>.unknown`. With `gives_month` the row has no date of
    its own: it lies in its parent's month, and in year 0, month 0 while the parent is unknown.
    """

    column: str
    table: str
    gives_month: bool = False

    @property
    def check(self) -> str:
        """Name of the flag. Silver sets the flag, because the parent row may arrive later."""
        return f"{self.column}.unknown"


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A dependency on a table that the rows do not reference by its key.

    If a row of `table` changes, the rows whose `column` equals its `parent_column` are recomputed: a changed
    user changes the user count of an organisation, and so the events of that organisation.
    """

    column: str
    table: str
    parent_column: str


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A table's arrival as JSON-lines micro-batch files instead of CSV drops.

    - `folders`: a file below one of these folders belongs to the table.
    - `rank`: columns that order the versions of a key; the SHA-256 of the line breaks ties.
    - `watermark_hours`: watermark of the speed view, which bounds its state.
    - `totals_by`, `totals`: grain of the speed view's running totals, and the columns that they sum.
    """

    folders: tuple[str, ...]
    rank: tuple[str, ...]
    watermark_hours: int = 2
    totals_by: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """An incoming table: its columns, identity, time, quality rules and references.

    - `key`: columns that identify a row (`Versions.ROW`) or a group of rows (`Versions.GROUP`).
    - `dated_by`: the date or timestamp column whose month is the row's partition; None for a table that
      is small enough to be resolved whole (a master), or that takes its month from a reference.
    - `depends_on`: further tables from which rows are enriched, although they do not reference them by key.
    - `enriched_from`, `enrichment`: silver tables that `silver/<name>.py` joins, and the columns that it
      adds. Without them silver is the resolved table with flags of unknown references. A joined table must
      be referenced or in `depends_on`, and must not be enriched from others itself.
    - `numbered`: the column in which silver numbers the rows of a group from 1, in the order of path and row
      of their delivery. Together with the key it identifies a row.
    - `future_days`: a row whose date lies more days after its file's arrival is quarantined
      (`<dated_by>.future`): one wrong year would move "today" for all other rows.
    - `reject_above`: a batch with a larger share of quarantined rows is rejected.
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
    depends_on: tuple[Dependency, ...] = ()
    enriched_from: tuple[str, ...] = ()
    enrichment: tuple[Column, ...] = ()
    numbered: Column | None = None
    future_days: int = 2
    reject_above: float = 0.2

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Name → column."""
        return {column.name: column for column in self.columns}

    @property
    def silver_columns(self) -> tuple[Column, ...]:
        """The columns of silver: declared ones, the number of the row in its group, and the enrichment."""
        return (*self.columns, *((self.numbered,) if self.numbered else ()), *self.enrichment)

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that identify a row of silver; empty if nothing tells the rows of a group apart."""
        if self.versions is Versions.ROW:
            return self.key
        return (*self.key, self.numbered.name) if self.numbered else ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names as the source files spell them, in declared order."""
        return tuple(column.header for column in self.columns)

    @property
    def key_headers(self) -> tuple[str, ...]:
        """Names of the key columns in the source files."""
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
        """Return whether null is quarantined: in required columns, in the key, and in the row's date."""
        return column.required or column.name in self.key or column.name == self.dated_by

    def is_strict(self, column: Column) -> bool:
        """Return whether text that does not cast is quarantined rather than flagged."""
        return column.strict or self.is_required(column)

    def is_identifier(self, column: Column) -> bool:
        """Return whether the column identifies rows: it is in the key, or refers to another table."""
        return column.name in self.key or any(ref.column == column.name for ref in self.references)

    @property
    def future_check(self) -> str | None:
        """Name of the check on dates after the file's arrival; None for a table without a date."""
        return self.by_name[self.dated_by].check("future") if self.dated_by else None

    def check_names(self) -> tuple[str, ...]:
        """Return every check that `failed_checks` or `quality_flags` of this table can name, sorted."""
        names = {check.name for check in self.checks} | {"record.malformed"}
        names |= {ref.check for ref in self.references}
        if self.future_check:
            names.add(self.future_check)
        for column in self.columns:
            if column.type != "string" and not column.lenient:
                names.add(column.check("type"))
            if self.is_required(column):
                names.add(column.check("not_null"))
        return tuple(sorted(names))
