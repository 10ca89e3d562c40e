"""Monthly results of campaigns on each channel; grain: campaign, channel, touch_month."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import MARKETING_BY_CAMPAIGN_MONTH
from transforms.calendar import month_start
from transforms.exact import ratio
from transforms.output import published


def build(marketing_touches: DataFrame) -> DataFrame:
    """Return months with touches. A conversion without a click counts as a conversion."""
    touches = marketing_touches.select(
        "campaign", "channel", month_start(F.col("timestamp")).alias("touch_month"), "clicked", "converted"
    )
    by_month = (
        touches.groupBy("campaign", "channel", "touch_month")
        .agg(
            F.count(F.lit(1)).alias("touches"),
            F.count_if("clicked").alias("clicks"),
            F.count_if("converted").alias("conversions"),
        )
        .withColumn("click_rate", ratio(F.col("clicks"), F.col("touches")))
        .withColumn("conversion_rate", ratio(F.col("conversions"), F.col("touches")))
    )
    return published(by_month, MARKETING_BY_CAMPAIGN_MONTH)
