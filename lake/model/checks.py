"""Data quality rules as declarations.

A check is named `<column>.<rule>`. A row fails the check where the SQL predicate `fails` is true; null
passes. Checks run on one row, after the casts and before any fix, so their order does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Effect(Enum):
    """The consequence of a failed check: the row is quarantined, or it is kept, fixed and flagged."""

    QUARANTINE = "quarantine"
    FLAG = "flag"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule: a row for which `fails` holds gets `effect`; `fix` maps columns to their SQL replacement."""

    name: str
    effect: Effect
    fails: str
    description: str
    fix: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()
    """The allowed values, if the check lists them."""

    @property
    def column(self) -> str:
        """The column that the check is named after."""
        return self.name.split(".", 1)[0]


def quarantine(name: str, fails: str, description: str) -> Check:
    """Return a check that sends failing rows to quarantine."""
    return Check(name=name, effect=Effect.QUARANTINE, fails=fails, description=description)


def flag(name: str, fails: str, description: str, **fix: str) -> Check:
    """Return a check that keeps and flags failing rows; `column="sql"` replaces the value of a column."""
    return Check(name=name, effect=Effect.FLAG, fails=fails, description=description, fix=fix)


def at_least(column: str, minimum: str | int) -> Check:
    """Return the check `<column>.range`, which quarantines values below `minimum`."""
    return quarantine(f"{column}.range", f"{column} < {minimum}", f"at least {minimum}")


def between(column: str, low: str | int, high: str | int) -> Check:
    """Return the check `<column>.range`, which quarantines values outside `low`…`high`."""
    return quarantine(
        f"{column}.range", f"{column} NOT BETWEEN {low} AND {high}", f"between {low} and {high}"
    )


def _listed(values: Sequence[str | int]) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)


def allowed(column: str, values: Sequence[str | int], effect: Effect = Effect.QUARANTINE) -> Check:
    """Return the check `<column>.allowed`, which a value that is none of `values` fails."""
    return Check(
        name=f"{column}.allowed",
        effect=effect,
        fails=f"{column} NOT IN ({_listed(values)})",
        description=f"one of {', '.join(str(value) for value in values)}",
        values=tuple(str(value) for value in values),
    )
