"""Made-up daily costs with known anomalies, by which models of usual costs are judged.

All numbers are whole: costs in millionths of a dollar, shares in thousandths. A seed gives the same panel
everywhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

SERVICES = ("compute", "storage", "database", "networking", "analytics", "genai")
FIRST_DAY = date(2025, 1, 1)
DAYS = 300
HELD_OUT_DAYS = 56
ORGANISATIONS = 10

SPIKE, DROP, SHIFT, DRIFT, NEW = "spike", "drop", "level shift", "slow drift", "new service"
KINDS = (SPIKE, DROP, SHIFT, DRIFT, NEW)

_LASTS = {SHIFT: 14, NEW: 14, DRIFT: 35}
_DRIFTING_DAYS = 28
_UNCHANGED = 1000

Key = tuple[str, str]
"""Organisation and service."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One anomaly: from `first` to `last`, days since FIRST_DAY, it changes costs by `changed` millionths.

    A lasting anomaly is a case for two weeks (a drift for five): after that its costs are the usual ones.
    """

    kind: str
    key: Key
    first: int
    last: int
    changed: dict[int, int]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Daily costs by organisation and service, then by day; days without events are missing."""

    costs: dict[Key, dict[int, int]]
    cases: tuple[Case, ...]
    organisations: int


def day(number: int) -> date:
    """Return the date of a day that is counted from FIRST_DAY."""
    return FIRST_DAY + timedelta(days=number)


def panel(seed: int, *, organisations: int = ORGANISATIONS, flat: bool = False) -> Panel:
    """Return a panel whose last HELD_OUT_DAYS hold anomalies, at most one in each series.

    `flat` series have no season and no trend, and neither drifts nor new services among their anomalies.
    """
    chance = random.Random(seed)
    costs: dict[Key, dict[int, int]] = {}
    cases: list[Case] = []
    kinds = KINDS[:3] if flat else KINDS
    for number in range(1, organisations + 1):
        for place, service in enumerate(SERVICES):
            key = (f"org_{number:03d}", service)
            costs[key] = _usual(chance, (place + 2) * chance.randrange(15, 45) ** 2 * 10_000, flat)
            if chance.randrange(3) == 0:
                case = _inject(chance, key, costs[key], kinds[chance.randrange(len(kinds))])
                cases += [case] if case else []
    return Panel(costs=costs, cases=tuple(cases), organisations=organisations)


def _usual(chance: random.Random, level: int, flat: bool) -> dict[int, int]:
    """Return a series: season, trend, noise, gaps, a late begin, bursts, and old anomalies in its history."""
    noise = chance.randrange(30, 150)
    week = [_UNCHANGED] * 7 if flat else _week(chance)
    trend = 0 if flat else chance.randrange(-6, 16)
    begin = chance.randrange(DAYS - 120, DAYS - 10) if chance.randrange(24) == 0 else 0
    missing = chance.randrange(40, 120) if chance.randrange(4) == 0 else 0
    gap = range(0)
    if chance.randrange(8) == 0:
        gap_begin = chance.randrange(30, DAYS - 40)
        gap = range(gap_begin, gap_begin + chance.randrange(10, 30))
    past = _past(chance)
    series = {}
    for number in range(begin, DAYS):
        cost = level * week[number % 7] // 1000 * (1000 + trend * number // 7) // 1000
        cost = cost * max(1000 + _bell(chance, noise), 20) // 1000 * past[number] // 1000
        burst = chance.randrange(1100, 1500) if chance.randrange(150) == 0 else _UNCHANGED
        is_missing = chance.randrange(1000) < missing or number in gap
        if not is_missing:
            series[number] = cost * burst // 1000
    return series


def _week(chance: random.Random) -> list[int]:
    """Return the share of each weekday: lower at weekends for half of the series, none for a quarter."""
    form = chance.randrange(4)
    if form < 2:
        weekend = chance.randrange(300, 850)
        return [_UNCHANGED] * 5 + [weekend, weekend + chance.randrange(-50, 100)]
    return [chance.randrange(800, 1200) for _ in range(7)] if form == 2 else [_UNCHANGED] * 7


def _past(chance: random.Random) -> list[int]:
    """Return factors by day: half of the histories have a spike, a drop or a lasting change of their own."""
    factors = [_UNCHANGED] * DAYS
    at = chance.randrange(20, DAYS - HELD_OUT_DAYS - 20)
    form = chance.randrange(6)
    if form == 0:
        factors[at] = chance.randrange(2500, 6000)
    elif form == 1:
        factors[at : at + 2] = [150, 150]
    elif form == 2:
        factors[at:] = [_level(chance, 1400, 2200)] * (DAYS - at)
    return factors


def _level(chance: random.Random, low: int, high: int) -> int:
    return chance.randrange(low, high) if chance.randrange(2) else chance.randrange(400, 700)


def _bell(chance: random.Random, deviation: int) -> int:
    """Return a whole number of about a normal distribution around 0."""
    return sum(chance.randrange(-1000, 1001) for _ in range(12)) * deviation // 2000


def _inject(chance: random.Random, key: Key, series: dict[int, int], kind: str) -> Case | None:
    """Change the series by one anomaly and return it; None where it changes no day."""
    held_out = DAYS - HELD_OUT_DAYS
    if kind != NEW and min(series) >= held_out - 60:
        return None
    first = chance.randrange(held_out, held_out + 20 if kind == DRIFT else DAYS - 16)
    factor, days = _size(chance, kind)
    if kind == NEW:
        for number in [number for number in series if number < first]:
            del series[number]
    changed = {}
    for number in [number for number in series if first <= number < first + days]:
        before = series[number]
        grown = 1000 + factor * min(number - first + 1, _DRIFTING_DAYS) if kind == DRIFT else factor
        series[number] = before * grown // 1000
        changed[number] = series[number] - (0 if kind == NEW else before)
    last = first + _LASTS.get(kind, days) - 1
    cased = {number: amount for number, amount in changed.items() if number <= last}
    return Case(kind=kind, key=key, first=first, last=last, changed=cased) if cased else None


def _size(chance: random.Random, kind: str) -> tuple[int, int]:
    """Return factor (a drift: growth a day) in thousandths, and how many days the costs are changed."""
    if kind == SPIKE:
        return chance.randrange(1800, 5000), 1 + chance.randrange(2)
    if kind == DROP:
        return chance.randrange(50, 450), 1 + chance.randrange(3)
    if kind == SHIFT:
        return _level(chance, 1500, 2500), DAYS
    if kind == DRIFT:
        return chance.randrange(20, 50), DAYS
    return chance.randrange(6000, 15000), DAYS
