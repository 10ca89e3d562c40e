"""Measures and dimensions in QuickSight's language, and what the language cannot hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.dashboards.definition import expressions
from infra.dashboards.errors import QuickSightError
from lake.model.dashboards.fields import Dimension, Format, distinct, gold, present, ratio, rows, total
from lake.model.dashboards.visuals import Kpi
from tests.infra.dashboards.declared import planned, with_visuals

DATASET = gold("fact_orders_enriched", date="order_date")
REVENUE = total("total_usd", "Revenue", Format.DOLLARS)
KPI = Kpi(key="k", title="K?", unit="u", dataset=DATASET, value=REVENUE)
USED = replace(
    KPI, value=ratio(total("units", "U", Format.COUNT), rows("R", only=("device", "m")), "A", Format.NUMBER)
)
PLANNED = planned(with_visuals(KPI, replace(USED, key="u"), filters=()))[DATASET]
WHERE = "dashboard b: visual k"


@pytest.mark.parametrize(
    ("measure", "when", "expected"),
    [
        (REVENUE, "", "sum({total_usd})"),
        (rows("Orders"), "", "sum({row_count})"),
        (rows("Mobile", only=("device", "m")), "", 'sum(ifelse({device} = "m", {row_count}, 0))'),
        (
            rows("Hand-held", only=("device", "m", "t")),
            "",
            'sum(ifelse({device} = "m" OR {device} = "t", {row_count}, 0))',
        ),
        (present("units", "With units"), "", "sum(ifelse(isNull({units}), 0, 1))"),
        (distinct("customer_id", "Customers"), "", "distinct_count({customer_id})"),
        (REVENUE, "{m} = 0", "sum(ifelse({m} = 0, {total_usd}, NULL))"),
        (
            ratio(REVENUE, rows("Orders"), "Average", Format.PRICE, factor=100),
            "",
            "ifelse(sum({row_count}) = 0, NULL, sum({total_usd}) * 100 / sum({row_count}))",
        ),
    ],
)
def test_measure_is_aggregated_first(measure: object, when: str, expected: str) -> None:
    assert expressions.aggregated(measure, PLANNED, where=WHERE, when=when) == expected  # type: ignore[arg-type]


def test_dimension_shows_names_and_a_text_for_null() -> None:
    device = Dimension(column="device", label="Device", names=(("m", "Mobile"),))
    assert expressions.shown(device, PLANNED, where=WHERE) == (
        'ifelse(isNull({device}), "Unknown", {device} = "m", "Mobile", {device})'
    )
    units = Dimension(column="units", label="Units", names=(("1", "One"),))
    assert expressions.shown(units, PLANNED, where=WHERE) == (
        'ifelse(isNull({units}), "Unknown", {units} = 1, "One", toString({units}))'
    )
    assert expressions.place(units, PLANNED, where=WHERE) == "ifelse({units} = 1, 0, 9999)"


def test_change_is_a_part_of_the_size_before_and_that_of_a_rate_a_difference() -> None:
    assert expressions.change(REVENUE, PLANNED, where=WHERE).endswith(
        "/ abs(sum(ifelse({months_back} = ${MonthsBack} + 1, {total_usd}, NULL))))"
    )
    rate = ratio(rows("A", only=("device", "m")), rows("All"), "Rate", Format.PERCENT)
    now, before = (
        expressions.aggregated(rate, PLANNED, where=WHERE, when=when)
        for when in (expressions.IN_MONTH, expressions.IN_MONTH_BEFORE)
    )
    assert expressions.change(rate, PLANNED, where=WHERE) == f"{now} - {before}"


@pytest.mark.parametrize("text", ['a "quoted" name', "back\\slash", "two\nlines"])
def test_text_that_the_language_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(QuickSightError, match="Use typographic quotes") as refused:
        expressions.shown(Dimension(column="device", label="D", missing=text), PLANNED, where=WHERE)
    assert WHERE in str(refused.value)


def test_number_is_compared_with_whole_numbers_only() -> None:
    with pytest.raises(QuickSightError, match="'many' is no whole number"):
        expressions.is_value("units", "many", PLANNED, where=WHERE)
