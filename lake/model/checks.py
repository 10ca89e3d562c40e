"""Data quality rules as declarations.

A check is named `<column>.<rule>` and fails where its SQL predicate is true (null passes). It
reads one row, after the casts and before any fix, so that the order of checks does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Effect(Enum):
    """What happens to a row that fails: it is quarantined, or kept, fixed and flagged."""

    QUARANTINE = "quarantine"
    FLAG = "flag"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One rule: rows where `fails` holds get `effect`; `fix` maps columns to SQL replacements."""

    name: str
    effect: Effect
    fails: str
    description: str
    fix: Mapping[str, str] = field(default_factory=dict)

    @property
    def column(self) -> str:
        return self.name.split(".", 1)[0]


def quarantine(name: str, fails: str, description: str) -> Check:
    """A row that fails goes to quarantine."""
    return Check(name=name, effect=Effect.QUARANTINE, fails=fails, description=description)


def flag(name: str, fails: str, description: str, **fix: str) -> Check:
    """A row that fails stays; `column="sql"` pairs say how it is mended."""
    return Check(name=name, effect=Effect.FLAG, fails=fails, description=description, fix=fix)


def at_least(column: str, minimum: str | int) -> Check:
    """Quarantine `<column>.range`: the value is below `minimum`."""
    return quarantine(f"{column}.range", f"{column} < {minimum}", f"at least {minimum}")


def between(column: str, low: str | int, high: str | int) -> Check:
    """Quarantine `<column>.range`: the value lies outside `low`…`high`."""
    return quarantine(
        f"{column}.range", f"{column} NOT BETWEEN {low} AND {high}", f"between {low} and {high}"
    )


def _listed(values: Sequence[str | int]) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in values)


def allowed(column: str, values: Sequence[str | int], effect: Effect = Effect.QUARANTINE) -> Check:
    """`<column>.allowed`: the value is none of `values`."""
    return Check(
        name=f"{column}.allowed",
        effect=effect,
        fails=f"{column} NOT IN ({_listed(values)})",
        description=f"one of {', '.join(str(value) for value in values)}",
    )
