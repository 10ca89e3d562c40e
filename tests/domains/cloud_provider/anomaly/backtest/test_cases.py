"""Days that people confirmed are cases; days that they explained are neither cases nor false alarms."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from domains.cloud_provider.anomaly.backtest.cases import LABELLED, Given, by_day, given, with_verdicts
from domains.cloud_provider.marts import ORG_DAILY_USAGE_BY_SERVICE
from lake.model.columns import date, decimal, integer, text
from tests.frames import frame, texts

FEEDBACK = (text("org_id", "x"), date("usage_date", "x"), text("service", "x"), text("verdict", "x"))
LABELLED_COLUMNS = (
    text("panel", "x"), text("org_id", "x"), text("service", "x"), date("usage_date", "x"),
    decimal(28, 6)("cost_usd", "x"), integer("day", "x"), text("kind", "x"), text("label", "x"),
    text("case_kind", "x"), date("case_start", "x"), decimal(28, 6)("changed_usd", "x"),
)  # fmt: skip

VERDICTS = """
    org_id | usage_date | service | verdict
    org_1  | 2025-07-01 | compute | confirmed
    org_1  | 2025-07-02 | compute | planned
    org_1  | 2025-07-03 | compute | false_alarm
    org_1  | 2025-07-04 | compute | confirmed
    org_1  | 2025-07-05 | compute | null
    org_9  | 2025-07-01 | compute | confirmed
"""


def feedback(spark: SparkSession, table: str = VERDICTS) -> DataFrame:
    return frame(spark, FEEDBACK, table)


def test_days_are_confirmed_or_explained(spark: SparkSession) -> None:
    assert texts(by_day(feedback(spark)), ["org_id", "usage_date", "service", "verdict"]) == [
        ("org_1", "2025-07-01", "compute", "confirmed"),
        ("org_1", "2025-07-02", "compute", "explained"),
        ("org_1", "2025-07-03", "compute", "explained"),
        ("org_1", "2025-07-04", "compute", "confirmed"),
        ("org_9", "2025-07-01", "compute", "confirmed"),
    ]


def test_verdicts_on_days_without_a_cost_are_counted(spark: SparkSession) -> None:
    costs = frame(
        spark,
        ORG_DAILY_USAGE_BY_SERVICE.columns,
        "\n".join(["org_id | usage_date | service", *(f"org_1 | 2025-07-0{day} | compute" for day in range(1, 5))]),
    )  # fmt: skip
    assert given(costs, by_day(feedback(spark))) == Given(confirmed=2, explained=2, unknown=1)


def test_verdicts_outrank_injected_anomalies(spark: SparkSession) -> None:
    labelled = frame(
        spark,
        LABELLED_COLUMNS,
        """
        panel | org_id | service | usage_date | day | kind | label | case_kind | case_start | changed_usd
        own   | org_1  | compute | 2025-07-01 | 0   | drop | null  | null      | null       | null
        own   | org_1  | compute | 2025-07-02 | 1   | drop | case  | drop      | 2025-07-02 | 3
        own   | org_1  | compute | 2025-07-04 | 3   | drop | case  | drop      | 2025-07-02 | 4
        own   | org_1  | compute | 2025-07-06 | 5   | drop | null  | null      | null       | null
        """,
    )
    known = with_verdicts(labelled, by_day(feedback(spark)))
    assert tuple(known.columns) == LABELLED
    assert texts(known, ["usage_date", "label", "case_kind", "case_start"]) == [
        ("2025-07-01", "case", "confirmed", "2025-07-01"),
        ("2025-07-02", "ignored", "drop", "2025-07-02"),
        ("2025-07-04", "case", "confirmed", "2025-07-04"),
        ("2025-07-06", None, None, None),
    ]
