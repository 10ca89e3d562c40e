"""Revenue of each month and country; grain: sold_month, country."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from transforms.calendar import month_start


def build(sales_enriched: DataFrame) -> DataFrame:
    return (
        sales_enriched.select(month_start(F.col("sold_on")).alias("sold_month"), "country", "amount", "units")
        .groupBy("sold_month", "country")
        .agg(F.sum("amount").alias("revenue"), F.sum("units").alias("units"))
    )
