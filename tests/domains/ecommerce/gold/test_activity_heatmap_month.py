"""Monthly activity of visitors by weekday and hour."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.activity_heatmap_month import build
from domains.ecommerce.marts import ACTIVITY_HEATMAP_MONTH, EVENTS_ENRICHED
from tests.frames import assert_published, frame


def test_events_and_visits_are_counted_per_weekday_and_hour_of_the_month(spark: SparkSession) -> None:
    events = frame(
        spark,
        EVENTS_ENRICHED.columns,
        """
        event_id | event_date | event_dow | event_hour | session_id
        1        | 2025-11-03 | 1         | 9          | 20
        2        | 2025-11-10 | 1         | 9          | 20
        3        | 2025-11-10 | 1         | 9          | 21
        4        | 2025-11-10 | 1         | 10         | 21
        5        | 2025-11-11 | 2         | 9          | null
        6        | 2025-12-01 | 1         | 9          | 20
        """,
    )
    assert_published(
        build(events),
        ACTIVITY_HEATMAP_MONTH,
        """
        event_month | event_dow | event_hour | events | sessions
        2025-11-01  | 1         | 9          | 3      | 2
        2025-11-01  | 1         | 10         | 1      | 1
        2025-11-01  | 2         | 9          | 1      | 0
        2025-12-01  | 1         | 9          | 1      | 1
        """,
    )
