"""Typed columns, in the vocabulary that Spark, Glue and Athena share.

A column knows the name it carries in the source file, what to do with text that does not cast,
and whether it holds personal data. The constructors (`text`, `money`, …) are the way to declare
one; `Column` itself is what the rest of the code reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

RESERVED = frozenset({"year", "month", "batch"})
"""Partition keys: a data column of that name would be taken for a partition by Spark and Athena."""

_TYPE = re.compile(r"string|int|bigint|boolean|date|timestamp|double|decimal\(\d+,\d+\)|array<string>")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    - `type`: string, int, bigint, boolean, date, timestamp, double, decimal(p,s) or array<string>.
    - `source`: its name in the file's header, where that differs.
    - `required`: null is quarantined (`<name>.not_null`), text that does not cast too.
    - `strict`: text that does not cast is quarantined (`<name>.type`); otherwise it is flagged
      and the value becomes null. `lenient` instead leaves both to the table's own checks.
    - `clean`: a SQL expression over `{}`, the trimmed text, applied before the cast.
    - `derive`: a SQL expression over `{}`, the typed value, applied after the cast.
    - `default`: the SQL literal that a null stands for, applied after the checks.
    - `bare_date`: a bare date is midnight, though a timestamp is declared.
    - `personal`: never leaves silver.
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
        """The name of a rule on this column: whoever sent the file knows the column by its header."""
        return f"{self.header}.{rule}"

    def problems(self) -> list[str]:
        """What is wrong with this declaration, in words."""
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
    """An exact number of `precision` digits, `scale` of them after the point."""
    return _Constructor(f"decimal({precision},{scale})")


money = decimal(18, 2)
"""An amount in cents."""

total = decimal(28, 2)
"""A sum of amounts: the scale of an amount, and room for ten billion of them."""

measure = decimal(18, 6)
"""A measured quantity or an amount that carries fractions of a cent."""

ratio = decimal(18, 6)
"""An exact quotient, rounded once."""
