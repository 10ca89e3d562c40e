"""An independent implementation of the anomaly model, in Python's rational numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

DailyCost = tuple[str, str, str, Decimal]
"""Organisation, day, service, cost."""

Scores = tuple[int, Decimal | None, Decimal | None, Decimal, bool, bool, bool, int, bool]
"""observations, zscore, mad_score, p99_usd, is_zscore, is_mad, is_p99, anomaly_score, is_anomaly."""


class Model(NamedTuple):
    mean: Fraction
    variance: Fraction | None
    median: Fraction
    mad: Fraction
    p99: Fraction


def percentile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """Return the percentile `share` by linear interpolation between the closest ranks."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = position.numerator // position.denominator
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def fit(costs: Sequence[Decimal]) -> Model:
    values = [Fraction(cost) for cost in costs]
    n = len(values)
    mean = sum(values, Fraction(0)) / n
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / (n - 1) if n > 1 else None
    median = percentile(values, Fraction(1, 2))
    mad = percentile([abs(value - median) for value in values], Fraction(1, 2))
    return Model(mean, variance, median, mad, percentile(values, Fraction(99, 100)))


def rounded(value: Decimal | Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 80
        exact = (
            Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value
        )
        return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def scores(daily: Sequence[DailyCost]) -> dict[tuple[str, str, str], Scores]:
    """Return (organisation, day, service) → scores."""
    pairs: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    services: dict[str, list[Decimal]] = defaultdict(list)
    for org, _, service, cost in daily:
        pairs[org, service].append(cost)
        services[service].append(cost)
    own = {pair: fit(costs) for pair, costs in pairs.items() if len(costs) >= 14}
    whole = {service: fit(costs) for service, costs in services.items()}
    return {
        (org, day, service): _score(
            Fraction(cost), own.get((org, service), whole[service]), len(pairs[org, service])
        )
        for org, day, service, cost in daily
    }


def _score(cost: Fraction, model: Model, observations: int) -> Scores:
    zscore, is_zscore = None, False
    if model.variance:
        distance = cost - model.mean
        is_zscore = distance > 0 and distance**2 > 9 * model.variance
        with localcontext() as context:
            context.prec = 80
            squared = distance**2 / model.variance
            root = (Decimal(squared.numerator) / Decimal(squared.denominator)).sqrt()
            zscore = rounded(root.copy_sign(Decimal(-1 if distance < 0 else 1)))
    mad_score, is_mad = None, False
    if model.mad:
        exact = Fraction(6745, 10000) * (cost - model.median) / model.mad
        mad_score, is_mad = rounded(exact), exact > Fraction(7, 2)
    is_p99 = cost > model.p99
    points = is_zscore + is_mad + is_p99
    return (
        observations, zscore, mad_score, rounded(model.p99), is_zscore, is_mad, is_p99, points, points >= 2,
    )  # fmt: skip
