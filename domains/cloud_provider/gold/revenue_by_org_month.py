"""Monthly invoices of each organisation in USD; grain: org_id, billing_month."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.marts import REVENUE_BY_ORG_MONTH
from transforms.output import published


def build(billing_monthly: DataFrame) -> DataFrame:
    """Return months with invoices. Amounts are converted and rounded per invoice, then summed."""
    invoices = billing_monthly.select(
        "org_id", "billing_month", "subtotal", "credits", "taxes", "exchange_rate_to_usd"
    )
    by_month = (
        invoices.groupBy("org_id", "billing_month")
        .agg(
            F.count(F.lit(1)).alias("invoices"),
            F.sum(_in_usd("subtotal")).alias("subtotal_usd"),
            F.sum(_in_usd("credits")).alias("credits_usd"),
            F.sum(_in_usd("taxes")).alias("taxes_usd"),
        )
        .withColumn("revenue_usd", F.col("subtotal_usd") - F.col("credits_usd"))
        .withColumn("total_usd", F.col("revenue_usd") + F.col("taxes_usd"))
    )
    return published(by_month, REVENUE_BY_ORG_MONTH)


def _in_usd(amount: str) -> Column:
    """Return an amount in USD, rounded half away from zero to six digits. Null counts as 0."""
    return F.coalesce(F.round(F.col(amount) * F.col("exchange_rate_to_usd"), 6), F.lit(0))
