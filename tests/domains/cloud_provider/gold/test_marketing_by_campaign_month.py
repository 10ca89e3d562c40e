"""Monthly results of campaigns on each channel."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.marketing_by_campaign_month import build
from domains.cloud_provider.marts import MARKETING_BY_CAMPAIGN_MONTH
from domains.cloud_provider.tables import MARKETING_TOUCHES
from tests.frames import assert_published, frame


def test_rates_are_per_contact_and_conversions_need_no_click(spark: SparkSession) -> None:
    touches = frame(
        spark,
        MARKETING_TOUCHES.columns,
        """
        touch_id | campaign | channel | timestamp           | clicked | converted
        m1       | welcome  | ads     | 2025-08-01 00:00:00 | true    | false
        m2       | welcome  | ads     | 2025-08-31 23:59:59 | false   | true
        m3       | welcome  | ads     | 2025-08-15 12:00:00 | true    | true
        m4       | welcome  | email   | 2025-08-15 12:00:00 | false   | false
        m5       | welcome  | ads     | 2025-09-01 00:00:00 | false   | false
        """,
    )
    assert_published(
        build(touches),
        MARKETING_BY_CAMPAIGN_MONTH,
        """
        campaign | channel | touch_month | touches | clicks | conversions | click_rate | conversion_rate
        welcome  | ads     | 2025-08-01  | 3       | 2      | 2           | 0.666667   | 0.666667
        welcome  | email   | 2025-08-01  | 1       | 0      | 0           | 0.000000   | 0.000000
        welcome  | ads     | 2025-09-01  | 1       | 0      | 0           | 0.000000   | 0.000000
        """,
    )
