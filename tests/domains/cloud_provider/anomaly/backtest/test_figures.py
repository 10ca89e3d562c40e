"""Figures of flags on labelled days: what is found, what is raised for nothing, what is missed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from pyspark.sql import SparkSession

from domains.cloud_provider.anomaly.backtest.figures import NONE, Figures, compared, decimal_text, results
from lake.model.columns import boolean, date, text
from tests.domains.cloud_provider.anomaly.backtest.test_cases import LABELLED_COLUMNS
from tests.frames import frame

LABELLED = """
    panel | org_id | service | usage_date | day | kind  | label   | case_kind | case_start | changed_usd
    own   | a      | compute | 2025-06-30 | -1  | drop  | null    | null      | null       | null
    own   | a      | compute | 2025-07-01 | 0   | drop  | null    | null      | null       | null
    own   | a      | compute | 2025-07-02 | 1   | drop  | case    | drop      | 2025-07-02 | 3.5
    own   | a      | compute | 2025-07-03 | 2   | drop  | case    | drop      | 2025-07-02 | 4
    own   | a      | compute | 2025-07-04 | 3   | drop  | case    | drop      | 2025-07-02 | 5
    own   | a      | compute | 2025-07-05 | 4   | drop  | ignored | null      | null       | null
    own   | b      | compute | 2025-07-01 | 0   | spike | case    | spike     | 2025-07-01 | 7
    own   | b      | compute | 2025-07-02 | 1   | spike | null    | null      | null       | null
    own   | c      | compute | 2025-07-02 | 1   | null  | null    | null      | null       | null
    own   | c      | compute | 2025-07-03 | 2   | null  | case    | confirmed | 2025-07-03 | null
    own   | c      | compute | 2025-07-04 | 3   | null  | case    | confirmed | 2025-07-04 | null
"""

FLAGS = (text("model", "x"), text("org_id", "x"), text("service", "x"), date("usage_date", "x"),
         boolean("is_anomaly", "x"))  # fmt: skip

FLAGGED = {
    # A drop on its second day, one of two confirmed days, and alarms on usual, ignored and earlier days.
    "good": ["a 2025-06-30", "a 2025-07-03", "a 2025-07-05", "c 2025-07-03"],
    "bad": ["a 2025-07-01", "b 2025-07-02", "c 2025-07-02"],
}


def test_sums_by_model_panel_and_kind(spark: SparkSession) -> None:
    labelled = frame(spark, LABELLED_COLUMNS, LABELLED)
    days = [(row["org_id"], str(row["usage_date"])) for row in labelled.collect()]
    lines = [
        f"{model} | {org} | compute | {day} | {str(f'{org} {day}' in flagged).lower()}"
        for model, flagged in FLAGGED.items()
        for org, day in days
    ]
    flags = frame(spark, FLAGS, "\n".join(["model | org_id | service | usage_date | is_anomaly", *lines]))
    found = results((row.asDict() for row in compared(labelled, flags).collect()), {"own": 15})
    assert found.of("good", ["own"], "drop") == Figures(
        cases=1, found=1, delay_days=1, missed_usd=Decimal("3.5")
    )
    assert found.of("good", ["own"], "spike") == Figures(cases=1, missed_usd=Decimal(7))
    assert found.of("good", ["own"], "confirmed") == Figures(cases=2, found=1)
    assert found.of("good", ["own"]) == Figures(
        cases=4, found=2, delay_days=1, missed_usd=Decimal("10.5"), organisation_days=15
    )
    assert found.of("bad", ["own"], "drop") == Figures(cases=1, false_alarms=1, missed_usd=Decimal("12.5"))
    assert found.of("bad", ["own"], NONE) == Figures(false_alarms=1, organisation_days=15)
    assert found.of("bad", ["own"]).false_alarms == 3
    assert found.of("bad", ["made-up"]) == Figures()
    assert found.kinds() == ("confirmed", "drop", "spike")


def test_ratios() -> None:
    figures = Figures(cases=10, found=6, false_alarms=2, organisation_days=60, delay_days=9)
    assert (figures.recall, figures.precision, figures.f1) == (
        Fraction(3, 5), Fraction(3, 4), Fraction(2, 3),
    )  # fmt: skip
    assert figures.alarms_per_month == 1
    assert figures.delay == Fraction(3, 2)
    assert figures.as_json() == {
        "cases": 10, "found": 6, "false_alarms": 2, "precision": "0.7500", "recall": "0.6000",
        "f1": "0.6667", "false_alarms_per_organisation_and_month": "1.0000", "delay_days": "1.5000",
        "missed_usd": "0",
    }  # fmt: skip


def test_nothing_found_has_no_precision() -> None:
    nothing = Figures()
    ratios = {nothing.recall, nothing.precision, nothing.f1, nothing.alarms_per_month, nothing.delay}
    assert ratios == {Fraction(0)}


def test_text_has_fixed_places() -> None:
    assert [decimal_text(value, 3) for value in (Fraction(2, 3), Fraction(1), Fraction(0))] == [
        "0.667", "1.000", "0.000",
    ]  # fmt: skip
