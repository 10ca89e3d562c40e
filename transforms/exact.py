"""Quotients of exact decimals, rounded once.

Spark's decimal division rounds to a scale that follows from the operands' types, and a cast rounds again:
0.4999999999996 may become 1. This module rounds once, by the remainder of an integer division.
"""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

RATIO_SCALE = 6
_STEPS = 10**RATIO_SCALE


def ratio(total: Column, count: Column, *, factor: int = 1) -> Column:
    """Return `total` × `factor` ÷ `count`, rounded half away from zero to decimal(18,6).

    `total` is an integer or a decimal of at most six digits after the point, `count` an integer of
    at most thirty digits that is not negative. The result is null where either is null, where `count` is 0
    or has more digits, and where the quotient does not fit into its type.
    """
    divisor = F.nullif(count.try_cast("decimal(30,0)"), F.lit(Decimal(0)))
    steps = F.try_multiply(total, F.lit(Decimal(factor * _STEPS)))
    rest = steps % divisor
    away_from_zero = F.when(rest < 0, -1).otherwise(1)
    carry = F.when(F.abs(rest) >= divisor - F.abs(rest), away_from_zero).otherwise(0)
    rounded = F.try_add(F.try_divide(steps - rest, divisor), carry)
    # A step is one millionth, so a quotient of decimal(18,6) has at most 18 digits of steps.
    return (rounded.try_cast("decimal(18,0)") * F.lit(Decimal(1).scaleb(-RATIO_SCALE))).cast("decimal(18,6)")
