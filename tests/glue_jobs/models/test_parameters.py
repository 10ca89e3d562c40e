"""Parameters have one text, whatever the order and the types of their values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from glue_jobs.models.parameters import ParametersError, canonical, frame, from_json, to_json
from tests.glue_jobs.models.conftest import MODEL, row

TEXT = b"""[
{"country":"SE","days":3,"since":"2025-01-01","steady":true,"usual":"1.50"},
{"country":null,"days":3,"since":"2025-01-01","steady":true,"usual":"0.00"}
]
"""


def test_rows_have_a_canonical_text() -> None:
    rows = canonical(MODEL, [row(None, "-0"), row("SE", Decimal("1.5"))])
    assert to_json(rows) == TEXT
    assert from_json(MODEL, TEXT) == rows


@given(rows=st.permutations([row(country, str(number)) for number, country in enumerate("ABCDE")]))
def test_order_of_rows_and_columns_does_not_matter(rows: Sequence[dict[str, object]]) -> None:
    turned = [dict(reversed(each.items())) for each in rows]
    in_order = [row(country, str(number)) for number, country in enumerate("ABCDE")]
    assert to_json(canonical(MODEL, turned)) == to_json(canonical(MODEL, in_order))


@given(cents=st.integers(-(10**9) + 1, 10**9 - 1), zeros=st.integers(0, 12))
def test_decimals_are_equal_however_they_are_written(cents: int, zeros: int) -> None:
    value = Decimal(cents).scaleb(-2)
    longer = Decimal(f"{value:f}{'' if '.' in f'{value:f}' else '.'}{'0' * zeros}")
    assert canonical(MODEL, [row(usual=longer)]) == canonical(MODEL, [row(usual=value)])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("SE"), row("SE")],
        [{**row(), "extra": 1}],
        [{"country": "SE"}],
        [row(usual=1.5)],
        [row(usual="much")],
        [row(usual="NaN")],
        [row(usual="12345678.90")],
        [row(days="3")],
        [row(days=True)],
        [{**row(), "since": "yesterday"}],
        [{**row(), "country": 7}],
    ],
)
def test_rows_that_are_not_as_declared_are_refused(rows: list[dict[str, object]]) -> None:
    with pytest.raises(ParametersError, match="parameters of model prices"):
        canonical(MODEL, rows)


def test_frame_has_the_declared_columns_and_the_version(spark: SparkSession) -> None:
    rows = frame(spark, MODEL, canonical(MODEL, [row(), row("SE", "2")]), "m-1")
    assert rows.dtypes == [
        ("country", "string"), ("usual", "decimal(9,2)"), ("days", "int"), ("steady", "boolean"),
        ("since", "date"), ("model_version", "string"),
    ]  # fmt: skip
    assert sorted(map(tuple, rows.collect()), key=str) == [
        ("SE", Decimal("2.00"), 3, True, date(2025, 1, 1), "m-1"),
        (None, Decimal("1.50"), 3, True, date(2025, 1, 1), "m-1"),
    ]
