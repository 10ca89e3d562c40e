"""Monthly invoices of each organisation in USD."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.revenue_by_org_month import build
from domains.cloud_provider.marts import REVENUE_BY_ORG_MONTH
from domains.cloud_provider.tables import BILLING_MONTHLY
from tests.frames import assert_published, frame


def test_amounts_are_converted_and_rounded_per_invoice(spark: SparkSession) -> None:
    invoices = frame(
        spark,
        BILLING_MONTHLY.columns,
        """
        invoice_id | org_id | billing_month | subtotal  | credits | taxes   | exchange_rate_to_usd
        i1         | org_1  | 2025-06-01    | 100       | 10      | 21      | 1
        i2         | org_1  | 2025-06-01    | 0.000001  | 0       | 0.00002 | 0.5
        i3         | org_1  | 2025-06-01    | 0.000001  | 0       | 0.00002 | 0.5
        i4         | org_1  | 2025-07-01    | -200.5    | 0.5     | 0       | 0.001333
        i5         | org_2  | 2025-06-01    | -0.000001 | 0       | 0       | 0.5
        """,
    )
    assert_published(
        build(invoices),
        REVENUE_BY_ORG_MONTH,
        """
        org_id | billing_month | invoices | subtotal_usd | credits_usd | taxes_usd | revenue_usd | total_usd
        org_1  | 2025-06-01    | 3        | 100.000002   | 10.000000   | 21.000020 | 90.000002   | 111.000022
        org_1  | 2025-07-01    | 1        | -0.267267    | 0.000667    | 0.000000  | -0.267934   | -0.267934
        org_2  | 2025-06-01    | 1        | -0.000001    | 0.000000    | 0.000000  | -0.000001   | -0.000001
        """,
    )


def test_missing_credits_and_taxes_count_as_zero(spark: SparkSession) -> None:
    invoices = frame(
        spark,
        BILLING_MONTHLY.columns,
        """
        invoice_id | org_id | billing_month | subtotal | credits | taxes | exchange_rate_to_usd
        i1         | org_1  | 2025-06-01    | 5        | null    | null  | 2
        """,
    )
    assert_published(
        build(invoices),
        REVENUE_BY_ORG_MONTH,
        """
        credits_usd | taxes_usd | total_usd
        0.000000    | 0.000000  | 10.000000
        """,
    )


def test_absurd_amounts_and_rates_are_published(spark: SparkSession) -> None:
    invoices = frame(
        spark,
        BILLING_MONTHLY.columns,
        """
        invoice_id | org_id | billing_month | subtotal            | credits | taxes | exchange_rate_to_usd
        i1         | org_1  | 2025-06-01    | 999999999999.999999 | 0       | 0     | 999999.999999
        i2         | org_1  | 2025-06-01    | 999999999999.999999 | 0       | 0     | 999999.999999
        """,
    )
    assert_published(build(invoices), REVENUE_BY_ORG_MONTH, "total_usd\n1999999999997999998.000000")
