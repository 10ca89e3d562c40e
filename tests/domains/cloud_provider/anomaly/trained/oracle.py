"""An independent implementation of the trained model, day by day, in Python's whole numbers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

MILLION = 1_000_000
HALF_YEAR = 182
LARGEST = 100_000_000 * MILLION


class Cost(NamedTuple):
    org: str
    day: date
    service: str
    usd: Decimal | None
    left_out: bool = False


class Scores(NamedTuple):
    observations: int
    zscore: Decimal | None = None
    mad_score: Decimal | None = None
    p99_usd: Decimal | None = None
    is_zscore: bool = False
    is_mad: bool = False
    is_p99: bool = False
    anomaly_score: int = 0
    is_anomaly: bool = False
    expected_usd: Decimal | None = None
    lower_usd: Decimal | None = None
    upper_usd: Decimal | None = None
    impact_usd: Decimal | None = None


class Spread(NamedTuple):
    known: int
    mad: int
    deviation: float
    p99: int


class Known(NamedTuple):
    """A day of a series that later days learn from."""

    day: date
    cost: int
    flat: int
    residual: int | None


def divided(dividend: int, divisor: int) -> int:
    """Return the quotient without its fraction."""
    return math.trunc(Fraction(dividend, divisor))


def limited(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def median(values: Iterable[int]) -> int:
    ordered = sorted(values)
    return divided(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)


def percentile99(values: Iterable[int]) -> int:
    ordered = sorted(values)
    place, rest = divmod((len(ordered) - 1) * 99, 100)
    after = ordered[min(place + 1, len(ordered) - 1)]
    return ordered[place] + divided((after - ordered[place]) * rest, 100)


def residual(cost: int, expected: int) -> int:
    base = max(min(cost, expected), 10_000)
    return limited(divided((cost - expected) * 10_000, base), -MILLION, MILLION)


def spread(residuals: Sequence[int]) -> Spread:
    mad = max(median(map(abs, residuals)), 100)
    squares = sum(min(abs(value), 6 * mad) ** 2 for value in residuals)
    deviation = max(math.sqrt(squares / len(residuals)), 148.0)
    return Spread(len(residuals), mad, deviation, max(percentile99(residuals), 100))


def millionths(cost: Cost) -> int | None:
    return None if cost.usd is None else limited(int(cost.usd * MILLION), -LARGEST, LARGEST)


def season(known: Sequence[Known], costs: dict[date, int], day: date) -> int:
    """Return the share of the weekday, from the weeks around the same weekdays before."""
    shares = []
    for weeks in range(1, HALF_YEAR // 7 + 1):
        earlier = day - timedelta(days=7 * weeks)
        if earlier not in costs:
            continue
        around = [earlier + timedelta(days=distance) for distance in range(-3, 4)]
        typical = median(costs[each] for each in around if each in costs)
        if typical >= 10_000:
            shares.append(min(divided(max(costs[earlier], 0) * 10_000, typical), MILLION))
    return max(median(shares), 100) if len(shares) >= 3 else 10_000


def lasting_change(rows: Sequence[Known | None], since: int) -> int:
    """Return the number of known days before the newest lasting change, `since` if the last row ends none."""
    lead = [row.flat for row in rows[-7:] if row]
    base = [row.flat for row in rows[-21:-7] if row]
    if len(lead) < 5 or len(base) < 8:
        return since
    center = median(base)
    reach = 3 * max(median(abs(value - center) for value in base), divided(abs(center) * 2, 100))
    if min(lead) > center + reach or max(lead) < center - reach:
        return sum(row is not None for row in rows) - len(lead)
    return since


class Series:
    """The days of one organisation and service so far."""

    def __init__(self, level_costs: int) -> None:
        self.level_costs = level_costs
        self.rows: list[Known | None] = []
        self.known: list[Known] = []
        self.costs: dict[date, int] = {}
        self.since = 0

    def observations(self, day: date) -> int:
        return sum(day - timedelta(days=HALF_YEAR) <= each.day for each in self.known)

    def expected(self, day: date) -> int | None:
        if self.observations(day) < 4:
            return None
        recent = [row.flat for row in self.rows[-56:] if row]
        since = self.known[self.since :]
        recent = recent[-min(len(since), self.level_costs) :] if since else []
        if not recent:
            return None
        return limited(divided(median(recent) * season(self.known, self.costs, day), 10_000), 0, LARGEST)

    def residuals(self, day: date) -> list[int]:
        first = day - timedelta(days=HALF_YEAR)
        return [each.residual for each in self.known if each.day >= first and each.residual is not None]

    def add(self, day: date, cost: int | None, expected: int | None) -> None:
        """Learn from a day; `cost` is None where it is unknown or left out."""
        if cost is None:
            self.rows.append(None)
        else:
            flat = divided(cost * 10_000, season(self.known, self.costs, day))
            row = Known(day, cost, flat, None if expected is None else residual(cost, expected))
            self.rows.append(row)
            self.known.append(row)
            self.costs[day] = cost
        self.since = lasting_change(self.rows, self.since)


def scores(costs: Sequence[Cost], *, level_costs: int, width_percent: int) -> dict[Cost, Scores]:
    """Return the scores of each daily cost."""
    series: dict[tuple[str, str], Series] = defaultdict(lambda: Series(level_costs))
    services: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for cost in costs:
        amount = millionths(cost)
        if amount is not None and not cost.left_out:
            services[cost.service].append((cost.day, amount))
    found = {}
    for cost in sorted(costs, key=lambda each: each.day):
        one = series[cost.org, cost.service]
        amount, expected = millionths(cost), one.expected(cost.day)
        residuals = one.residuals(cost.day)
        judged: tuple[int, Spread] | None = None
        if expected is not None and len(residuals) >= 10:
            judged = expected, spread(residuals)
        elif len(residuals) < 10:
            judged = of_service(services[cost.service], cost.day)
        found[cost] = scored(cost, one.observations(cost.day), amount, judged, width_percent)
        one.add(cost.day, None if cost.left_out else amount, expected)
    return found


def of_service(costs: Sequence[tuple[date, int]], day: date) -> tuple[int, Spread] | None:
    monday = day - timedelta(days=day.weekday())
    earlier = [cost for at, cost in costs if monday - timedelta(weeks=8) <= at < monday]
    if len(earlier) < 28:
        return None
    expected = max(median(earlier), 0)
    return expected, spread([residual(cost, expected) for cost in earlier])


def dollars(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-6)


def rounded(value: Fraction | Decimal) -> Decimal:
    exact = Fraction(value) * MILLION
    away = math.floor(abs(exact) + Fraction(1, 2))
    return dollars(away if exact >= 0 else -away)


def scored(
    cost: Cost, observations: int, amount: int | None, judged: tuple[int, Spread] | None, width_percent: int
) -> Scores:
    if judged is None:
        return Scores(observations)
    expected, usual = judged
    width = width_percent * (usual.known + 10) // usual.known
    reach = divided(usual.mad * width * 35_000, 674_500)

    def above(distance: int) -> int:
        return expected + divided(max(expected, 10_000) * distance, 10_000)

    lower = divided(expected * 10_000, 10_000 + reach)
    if lower < 10_000:
        lower = min(max(expected - reach, 0), 10_000)
    p99 = above(divided(usual.p99 * width, 100))
    bounds = {
        "p99_usd": dollars(p99), "expected_usd": dollars(expected), "lower_usd": dollars(lower),
        "upper_usd": dollars(above(reach)),
    }  # fmt: skip
    if amount is None or cost.usd is None:
        return Scores(observations, **bounds)  # type: ignore[arg-type]
    distance = residual(amount, expected)
    zscore = distance * 100.0 / (usual.deviation * width)
    is_zscore = abs(zscore) > 3
    is_mad = abs(distance) * 674_500 > 35_000 * usual.mad * width
    is_p99 = amount > p99
    points = is_zscore + is_mad + is_p99
    return Scores(
        observations,
        zscore=Decimal(repr(zscore)).quantize(Decimal("0.000001"), ROUND_HALF_UP),
        mad_score=rounded(Fraction(distance * 6745 * 100, usual.mad * width * 10_000)),
        is_zscore=is_zscore, is_mad=is_mad, is_p99=is_p99,
        anomaly_score=points, is_anomaly=points >= 2,
        impact_usd=max(cost.usd - dollars(above(reach)), Decimal(0)),
        **bounds,
    )  # fmt: skip
