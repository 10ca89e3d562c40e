"""Whole numbers of costs, ratios and residuals, and order statistics of arrays of them."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

ONE = 10_000
"""The ratio 1, and a residual of 100 %."""

CENT = 10_000
"""A cent in millionths of a dollar. Divisors are at least a cent: below it, relative size has no meaning."""

_MILLIONTHS = 1_000_000
_LARGEST_COST = 100_000_000 * _MILLIONTHS
_LARGEST_RATIO = 100 * ONE


def at_least(value: Column, lowest: int) -> Column:
    """Return the value or, where that is smaller, `lowest`; null for null, unlike Spark's `greatest`."""
    return F.when(value < lowest, lowest).otherwise(value)


def within(value: Column, highest: int, *, lowest: int) -> Column:
    """Return the value, or the limit that it is beyond; null for null."""
    return F.when(value > highest, highest).otherwise(at_least(value, lowest))


def millionths(cost: Column) -> Column:
    """Return a decimal of dollars as millionths. More than 100 million dollars count as that much."""
    most = F.lit(Decimal(_LARGEST_COST // _MILLIONTHS))
    limited = F.when(cost > most, most).when(cost < -most, -most).otherwise(cost)
    return (limited.cast("decimal(18,6)") * _MILLIONTHS).cast("bigint")


def dollars(amount: Column) -> Column:
    """Return millionths as a decimal of dollars, exactly."""
    return (amount.cast("decimal(20,0)") * F.lit(Decimal(1).scaleb(-6))).cast("decimal(28,6)")


def quotient(dividend: Column, divisor: Column | int) -> Column:
    """Return the truncated quotient of whole numbers; `divisor` must not be 0."""
    return F.call_function("div", dividend, F.lit(divisor) if isinstance(divisor, int) else divisor)


def scaled(amount: Column, ratio: Column) -> Column:
    """Return amount × ratio, where the ratio is in ten-thousandths."""
    exact = amount.cast("decimal(20,0)") * ratio.cast("decimal(18,0)")
    return quotient(exact, F.lit(Decimal(ONE)))


def expected_cost(level: Column, season: Column) -> Column:
    """Return level × season, within the largest cost and not below 0."""
    return within(scaled(level, season), _LARGEST_COST, lowest=0)


def share(cost: Column, typical: Column) -> Column:
    """Return cost ÷ typical cost, 0 for negative costs; null where the typical cost is below a cent."""
    exact = quotient(at_least(cost, 0) * ONE, at_least(typical, CENT))
    return F.when(typical >= CENT, within(exact, _LARGEST_RATIO, lowest=0))


def residual(cost: Column, expected: Column) -> Column:
    """Return the relative distance from the expected cost, equal in size for twice and half of it.

    It is (cost − expected) ÷ expected above, and (cost − expected) ÷ cost below, within ± 10,000 %.
    """
    smaller = F.when(cost < expected, cost).otherwise(expected)
    exact = quotient((cost - expected) * ONE, at_least(smaller, CENT))
    return within(exact, _LARGEST_RATIO, lowest=-_LARGEST_RATIO)


def above(expected: Column, distance: Column) -> Column:
    """Return the cost whose residual is `distance`, which is not negative."""
    return expected + scaled(at_least(expected, CENT), distance)


def below(expected: Column, distance: Column) -> Column:
    """Return the cost whose residual is −`distance`, but not below 0."""
    cost = quotient(expected * ONE, distance + ONE)
    small = at_least(expected - quotient(distance * CENT, ONE), 0)
    return F.when(cost < CENT, F.least(small, F.lit(CENT))).otherwise(cost)


def middle(ordered: Column) -> Column:
    """Return the median of a sorted array; null for an empty one."""
    last = F.size(ordered) - 1
    low = F.get(ordered, F.floor(last / 2).cast("int"))
    high = F.get(ordered, F.ceil(last / 2).cast("int"))
    return quotient(low + high, 2)


def percentile99(ordered: Column) -> Column:
    """Return the 99th percentile of a sorted array, linearly interpolated; null for an empty one."""
    hundredths = (F.size(ordered) - 1) * 99
    place = quotient(hundredths, 100).cast("int")
    low = F.get(ordered, place)
    high = F.coalesce(F.get(ordered, place + 1), low)
    return low + quotient((high - low) * (hundredths % 100), 100)
