"""Net promoter scores of each organisation by month."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.nps_by_org_month import build
from domains.cloud_provider.marts import NPS_BY_ORG_MONTH
from domains.cloud_provider.tables import NPS_SURVEYS
from tests.frames import assert_published, frame


def test_newest_score_ignores_surveys_without_a_score(spark: SparkSession) -> None:
    surveys = frame(
        spark,
        NPS_SURVEYS.columns,
        """
        org_id | survey_date | nps_score
        org_1  | 2025-06-01  | -10
        org_1  | 2025-06-18  | 15.5
        org_1  | 2025-06-17  | 0
        org_1  | 2025-06-30  | null
        org_1  | 2025-07-01  | null
        org_2  | 2025-06-30  | 100
        """,
    )
    assert_published(
        build(surveys),
        NPS_BY_ORG_MONTH,
        """
        org_id | survey_month | responses | avg_nps    | last_nps | nps_total
        org_1  | 2025-06-01   | 3         | 1.833333   | 15.50    | 5.50
        org_1  | 2025-07-01   | 0         | null       | null     | null
        org_2  | 2025-06-01   | 1         | 100.000000 | 100.00   | 100.00
        """,
    )
