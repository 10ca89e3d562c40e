"""Serving questions: parameters from the function's signature, and exact ratios."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from lake.model.answers import Answer, Parameter, Reader, Row, ratio


def daily_cost(
    reader: Reader, *, first: dt.date, org_id: str | None = None, top: int = 5
) -> Sequence[object]:
    return []


def test_parameters_are_the_keyword_only_parameters_of_the_function() -> None:
    answer = Answer(name="daily-cost", question=1, title="Daily cost", function=daily_cost)
    assert answer.parameters == (
        Parameter(name="first", kind=dt.date, required=True, default=None),
        Parameter(name="org_id", kind=str, required=False, default=None),
        Parameter(name="top", kind=int, required=False, default=5),
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [(str, "org_1", "org_1"), (int, "14", 14), (dt.date, "2025-08-01", dt.date(2025, 8, 1))],
)
def test_parameter_is_parsed_by_its_type(kind: type, text: str, value: object) -> None:
    assert Parameter(name="p", kind=kind, required=True, default=None).parse(text) == value


@pytest.mark.parametrize(("kind", "text"), [(int, "many"), (dt.date, "August")])
def test_text_that_does_not_fit_the_type_is_an_error(kind: type, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Parameter(name="p", kind=kind, required=True, default=None).parse(text)


def test_values_of_a_row_are_read_by_column() -> None:
    assert Row({"cost_usd": Decimal("1.5")}, provisional=False)["cost_usd"] == Decimal("1.5")


@pytest.mark.parametrize(
    ("total", "count", "factor", "expected"),
    [
        (1, 3, 1, "0.333333"),
        (2, 3, 1, "0.666667"),
        (Decimal("0.0000005"), 1, 1, "0.000001"),
        (Decimal("-0.0000005"), 1, 1, "-0.000001"),
        (Decimal("2.5"), 4, 1_000, "625.000000"),
        (0, 7, 1, "0.000000"),
    ],
)
def test_ratio_is_rounded_once_half_away_from_zero(
    total: Any, count: int, factor: int, expected: str
) -> None:
    assert ratio(total, count, factor) == Decimal(expected)


@pytest.mark.parametrize(("total", "count"), [(None, 3), (1, None), (1, 0)])
def test_ratio_without_a_total_or_a_count_is_none(total: Any, count: Any) -> None:
    assert ratio(total, count) is None
