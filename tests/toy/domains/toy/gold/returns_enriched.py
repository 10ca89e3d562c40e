"""Returns with the amount of their sale, which may lie in another month; grain: return_id."""

from __future__ import annotations

from pyspark.sql import DataFrame


def build(returns: DataFrame, sales: DataFrame) -> DataFrame:
    amounts = sales.select("sale_id", "amount")
    return (
        returns.select("return_id", "sale_id", "returned_on")
        .join(amounts, on="sale_id", how="left")
        .select("return_id", "returned_on", "amount")
    )
