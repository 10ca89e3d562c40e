"""Net promoter scores of each organisation by month; grain: org_id, survey_month."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import NPS_BY_ORG_MONTH
from transforms.calendar import month_start
from transforms.exact import ratio
from transforms.output import published


def build(nps_surveys: DataFrame) -> DataFrame:
    """Return months with surveys, answered or not. A day has one survey, so the newest score is unique."""
    surveys = nps_surveys.select(
        "org_id", month_start(F.col("survey_date")).alias("survey_month"), "survey_date", "nps_score"
    )
    answered_on = F.when(F.col("nps_score").isNotNull(), F.col("survey_date"))
    by_month = surveys.groupBy("org_id", "survey_month").agg(
        F.count("nps_score").alias("responses"),
        ratio(F.sum("nps_score"), F.count("nps_score")).alias("avg_nps"),
        F.max_by("nps_score", answered_on).alias("last_nps"),
        F.sum("nps_score").alias("nps_total"),
    )
    return published(by_month, NPS_BY_ORG_MONTH)
