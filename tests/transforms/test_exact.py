"""Exact quotients, compared with Python's decimal at two hundred digits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from transforms.exact import ratio

STEP = Decimal("0.000001")
LIMIT = Decimal(10) ** 12


def expected(total: Decimal, count: int, factor: int) -> Decimal | None:
    with localcontext() as context:
        context.prec = 200
        if count == 0:
            return None
        rounded = (total * factor / count).quantize(STEP, ROUND_HALF_UP)
        return rounded if abs(rounded) < LIMIT else None


def _near_ties(chance: random.Random, scale: int) -> Iterator[tuple[Decimal, int]]:
    """Yield quotients in the middle between two steps, or as close to it as the sum can express."""
    for _ in range(150):
        count = chance.choice(
            [2 ** chance.randint(1, 40), 10 ** chance.randint(0, 12), chance.randint(1, 10**13)]
        )
        middle = (2 * chance.randint(0, 10**6) + 1) * STEP / 2
        unit = Decimal(1).scaleb(-scale)
        total = (middle * count).quantize(unit) + unit * chance.randint(-1, 1)
        yield total * chance.choice([1, -1]), count


def _anything(chance: random.Random, scale: int) -> Iterator[tuple[Decimal, int]]:
    for _ in range(150):
        digits = chance.randint(1, 28)
        total = Decimal(chance.randint(-(10**digits) + 1, 10**digits - 1)).scaleb(-scale)
        yield total, chance.choice([0, 1, chance.randint(1, 100), chance.randint(1, 10**18)])


@pytest.mark.parametrize(
    ("type_", "scale"), [("decimal(28,2)", 2), ("decimal(28,6)", 6), ("decimal(38,2)", 2)]
)
@pytest.mark.parametrize("factor", [1, 1000])
def test_quotient_is_rounded_once_half_away_from_zero(
    spark: SparkSession, type_: str, scale: int, factor: int
) -> None:
    chance = random.Random(scale * factor)
    cases = [*_near_ties(chance, scale), *_anything(chance, scale)]
    literals = ", ".join(f"({place}, '{total}', {count}L)" for place, (total, count) in enumerate(cases))
    sums = spark.sql(f"SELECT * FROM VALUES {literals} AS cases(place, total, count)")
    quotient = ratio(F.col("total").cast(type_), F.col("count"), factor=factor)
    assert sums.select(quotient.alias("ratio")).schema["ratio"].dataType.simpleString() == "decimal(18,6)"

    rows = sums.select("place", quotient.alias("ratio")).collect()

    assert {row["place"]: row["ratio"] for row in rows} == {
        place: expected(total, count, factor) for place, (total, count) in enumerate(cases)
    }


def test_quotient_without_a_sum_or_a_count_is_null(spark: SparkSession) -> None:
    frame = spark.sql(
        "SELECT * FROM VALUES (1, 0), (CAST(NULL AS INT), 1), (1, NULL), (-1, 2) AS t(total, count)"
    )
    rows = frame.select(ratio(F.col("total"), F.col("count")).alias("ratio")).collect()
    assert [row["ratio"] for row in rows] == [None, None, None, Decimal("-0.500000")]


def test_quotient_of_too_large_a_sum_is_null(spark: SparkSession) -> None:
    frame = spark.sql("SELECT CAST(repeat('9', 36) AS DECIMAL(38,2)) AS total")
    assert frame.select(ratio(F.col("total"), F.lit(1)).alias("ratio")).collect()[0]["ratio"] is None


def test_counts_of_thirty_digits_are_exact_and_longer_ones_give_null(spark: SparkSession) -> None:
    largest, half = "9" * 30, "4" + "9" * 29
    frame = spark.sql(
        f"""
        SELECT CAST(total AS DECIMAL(30,0)) AS total, CAST(count AS DECIMAL(38,0)) AS count FROM VALUES
            ('{largest}', '{largest}'), ('{half}', '{largest}'), ('1', '1{"0" * 30}') AS t(total, count)
        """
    )
    rows = frame.select(ratio(F.col("total"), F.col("count")).alias("ratio")).collect()
    assert [row["ratio"] for row in rows] == [Decimal("1.000000"), Decimal("0.500000"), None]
