"""Monthly funnel: the visits that reach each step towards a purchase."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.funnel_by_month import build
from domains.ecommerce.marts import EVENTS_ENRICHED, FUNNEL_BY_MONTH
from tests.frames import assert_published, frame


def test_each_step_is_compared_with_the_previous_and_the_first_step(spark: SparkSession) -> None:
    events = frame(
        spark,
        EVENTS_ENRICHED.columns,
        """
        event_id | event_date | session_id | event_type
        1        | 2025-11-01 | 20         | page_view
        2        | 2025-11-01 | 20         | page_view
        3        | 2025-11-01 | 21         | page_view
        4        | 2025-11-30 | 22         | page_view
        5        | 2025-11-30 | 20         | add_to_cart
        6        | 2025-11-30 | 21         | add_to_cart
        7        | 2025-11-30 | 20         | checkout
        8        | 2025-11-30 | 20         | purchase
        9        | 2025-11-30 | 30         | purchase
        """,
    )
    assert_published(
        build(events),
        FUNNEL_BY_MONTH,
        """
        event_month | step        | step_number | events | sessions | step_conversion | drop_off  | overall_conversion
        2025-11-01  | page_view   | 1           | 4      | 3        | null            | null      | 1.000000
        2025-11-01  | add_to_cart | 2           | 2      | 2        | 0.666667        | 0.333333  | 0.666667
        2025-11-01  | checkout    | 3           | 1      | 1        | 0.500000        | 0.500000  | 0.333333
        2025-11-01  | purchase    | 4           | 2      | 2        | 2.000000        | -1.000000 | 0.666667
        """,
    )


def test_absent_step_has_no_row_and_the_nearest_earlier_step_is_compared(spark: SparkSession) -> None:
    events = frame(
        spark,
        EVENTS_ENRICHED.columns,
        """
        event_id | event_date | session_id | event_type
        1        | 2025-11-01 | 20         | page_view
        2        | 2025-11-01 | 21         | page_view
        3        | 2025-11-01 | 20         | purchase
        4        | 2025-12-01 | 20         | checkout
        5        | 2025-12-01 | 20         | purchase
        6        | 2026-01-01 | 20         | purchase
        """,
    )
    assert_published(
        build(events),
        FUNNEL_BY_MONTH,
        """
        event_month | step      | step_number | step_conversion | drop_off | overall_conversion
        2025-11-01  | page_view | 1           | null            | null     | 1.000000
        2025-11-01  | purchase  | 4           | 0.500000        | 0.500000 | 0.500000
        2025-12-01  | checkout  | 3           | null            | null     | null
        2025-12-01  | purchase  | 4           | 1.000000        | 0.000000 | null
        2026-01-01  | purchase  | 4           | null            | null     | null
        """,
    )


def test_events_without_a_visit_count_as_events_but_not_as_sessions(spark: SparkSession) -> None:
    events = frame(
        spark,
        EVENTS_ENRICHED.columns,
        """
        event_id | event_date | session_id | event_type
        1        | 2025-11-01 | null       | page_view
        2        | 2025-11-01 | 20         | add_to_cart
        3        | 2025-11-01 | null       | checkout
        """,
    )
    assert_published(
        build(events),
        FUNNEL_BY_MONTH,
        """
        step        | events | sessions | step_conversion | drop_off | overall_conversion
        page_view   | 1      | 0        | null            | null     | null
        add_to_cart | 1      | 1        | null            | null     | null
        checkout    | 1      | 0        | 0.000000        | 1.000000 | null
        """,
    )
