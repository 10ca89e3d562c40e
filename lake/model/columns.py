"""Typed columns; the types are those that Spark, Glue and Athena have in common.

A column declares its name in the source file, the treatment of text that does not cast, and whether it
holds personal data. Declarations use the constructors (`text`, `money`, …); other code reads `Column`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

RESERVED = frozenset({"year", "month", "batch"})
"""Names of partition keys. Spark and Athena would take a data column of that name for a partition."""

_TYPE = re.compile(r"string|int|bigint|boolean|date|timestamp|double|decimal\(\d+,\d+\)|array<string>")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    - `type`: string, int, bigint, boolean, date, timestamp, double, decimal(p,s) or array<string>.
    - `source`: the column's name in the file's header, where it differs from `name`.
    - `required`: null is quarantined (`<name>.not_null`), and so is text that does not cast.
    - `strict`: a row with text that does not cast is quarantined (`<name>.type`). Without `strict` the
      row is flagged and the value becomes null.
    - `lenient`: text that does not cast becomes null without a flag; the table's own checks evaluate it.
    - `clean`: a SQL expression over `{}`, the trimmed text, applied before the cast.
    - `derive`: a SQL expression over `{}`, the typed value, applied after the cast.
    - `default`: the SQL literal that a null stands for, applied after the checks.
    - `bare_date`: a timestamp column accepts a date without a time, which then means midnight.
    - `personal`: personal data, which is never published in gold.
    """

    name: str
    type: str
    description: str
    source: str = ""
    required: bool = False
    strict: bool = False
    lenient: bool = False
    clean: str | None = None
    derive: str | None = None
    default: str | None = None
    bare_date: bool = False
    personal: bool = False

    @property
    def header(self) -> str:
        """The column's name in the source file."""
        return self.source or self.name

    def check(self, rule: str) -> str:
        """Return the name of a check on this column. It uses the header, which the file's sender knows."""
        return f"{self.header}.{rule}"

    def problems(self) -> list[str]:
        """Return a sentence for each mistake in this declaration."""
        found = []
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            found.append(f"column '{self.name}': names are snake_case")
        if self.name in RESERVED:
            found.append(
                f"column '{self.name}': the name is taken by a partition key; rename it with source="
            )
        if not _TYPE.fullmatch(self.type):
            found.append(f"column '{self.name}': unknown type '{self.type}'")
        if not self.description:
            found.append(f"column '{self.name}': has no description")
        return found


@dataclass(frozen=True)
class _Constructor:
    type: str
    defaults: dict[str, object] = field(default_factory=dict)

    def __call__(self, name: str, description: str, **options: object) -> Column:
        return Column(name=name, type=self.type, description=description, **{**self.defaults, **options})  # type: ignore[arg-type]


text = _Constructor("string")
integer = _Constructor("int")
bigint = _Constructor("bigint")
boolean = _Constructor("boolean")
date = _Constructor("date")
timestamp = _Constructor("timestamp")
texts = _Constructor("array<string>")


def decimal(precision: int, scale: int) -> _Constructor:
    """Return the constructor of exact numbers with `precision` digits, `scale` of them after the point."""
    return _Constructor(f"decimal({precision},{scale})")


money = decimal(18, 2)
"""An amount in cents."""

total = decimal(28, 2)
"""A sum of amounts: it has the scale of an amount and room for ten billion of them."""

measure = decimal(18, 6)
"""A measured quantity, or an amount with fractions of a cent."""

ratio = decimal(18, 6)
"""An exact quotient, rounded once."""
