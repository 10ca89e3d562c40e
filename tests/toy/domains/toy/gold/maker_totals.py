"""Sales of every maker; grain: maker_id."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def build(sales_enriched: DataFrame) -> DataFrame:
    return (
        sales_enriched.select("maker_id", "sold_on")
        .groupBy("maker_id")
        .agg(F.count(F.lit(1)).alias("sales"), F.max("sold_on").alias("last_sold_on"))
    )
