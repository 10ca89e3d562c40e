"""Sales with their maker and their parts; grain: sale_id."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def build(sales: DataFrame, makers: DataFrame, parts: DataFrame) -> DataFrame:
    known = makers.select("maker_id", F.col("name").alias("maker_name"), "country")
    units = parts.groupBy("sale_id").agg(F.sum("units").alias("units"))
    return (
        sales.select("sale_id", "maker_id", "sold_on", "amount")
        .join(known, on="maker_id", how="left")
        .join(units, on="sale_id", how="left")
        .select("sale_id", "maker_id", "sold_on", "amount", "maker_name", "country", "units")
    )
