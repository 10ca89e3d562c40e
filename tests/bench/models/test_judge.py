"""Figures of the judged models, from flags and cases."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from bench.models.judge import MODELS, TRAINED, Figures, judge, table
from bench.models.panels import DROP, SPIKE, Case, Panel

MADE = Panel(
    costs={},
    cases=(
        Case(
            kind=SPIKE, key=("org_1", "genai"), first=250, last=251, changed={250: 5_000_000, 251: 7_000_000}
        ),
        Case(kind=DROP, key=("org_1", "compute"), first=260, last=260, changed={260: -3_000_000}),
    ),
    organisations=2,
)


def test_flag_outside_of_cases_is_a_false_alarm() -> None:
    figures = Figures()
    figures.add(MADE, {("org_1", "genai", 251), ("org_1", "genai", 252), ("org_2", "genai", 250)})
    assert (figures.found[SPIKE], figures.found[DROP], figures.false_alarms) == (1, 0, 2)
    assert figures.recall == pytest.approx(1 / 2)
    assert figures.precision == pytest.approx(1 / 3)
    assert figures.f1 == pytest.approx(0.4)
    assert figures.delay == 1
    assert figures.missed == 8_000_000
    assert figures.alarms_per_month == pytest.approx(2 * 30 / (2 * 56))


def test_figures_of_nothing_are_zero() -> None:
    figures = Figures()
    assert (figures.f1, figures.precision, figures.recall, figures.delay) == (0, 0, 0, 0)


def test_table_has_a_column_for_each_model_and_a_row_for_each_kind_with_cases() -> None:
    figures = {model: Figures() for model in MODELS}
    for each in figures.values():
        each.add(MADE, set())
    shown = table("panels", figures)
    assert [column.header for column in shown.columns] == ["figure", *MODELS]
    assert [*shown.columns[0].cells][-2:] == ["found: spike", "found: drop"]


def test_spike_in_a_quiet_series_is_found_by_the_trained_model(spark: SparkSession) -> None:
    series = {number: 10_000_000 + number % 3 * 100_000 for number in range(220, 300)}
    series[280] = 30_000_000
    case = Case(kind=SPIKE, key=("org_1", "genai"), first=280, last=280, changed={280: 20_000_000})
    figures = judge(spark, [Panel(costs={case.key: series}, cases=(case,), organisations=1)])[TRAINED]
    assert (figures.found[SPIKE], figures.false_alarms) == (1, 0)
