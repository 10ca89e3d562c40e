"""Datasets have the columns that visuals and filters read, and SQL that counts months and days back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.dashboards.datasets import column_types, planned_datasets, spice_datasets
from infra.dashboards.errors import QuickSightError
from lake.errors import DeclarationError
from lake.model.dashboards.fields import Format, gold, named_query, total
from lake.model.dashboards.visuals import Filter, Kpi
from lake.model.discovery import load_domain
from lake.model.spec import Column, Domain, Mart
from lake.naming import Names
from tests.infra.dashboards.declared import planned, with_visuals

REVENUE = Kpi(
    key="revenue",
    title="Revenue?",
    unit="US$",
    dataset=gold("sales_by_week", date="week_start"),
    value=total("revenue_usd", "Revenue", Format.DOLLARS),
)


def test_dataset_has_the_columns_of_visuals_and_filters_and_those_that_count_back() -> None:
    domain = with_visuals(REVENUE, filters=(Filter(key="device", label="Device", column="device"),))
    found = planned(domain)[REVENUE.dataset]
    assert list(found.columns) == [
        "device", "device_choice", "revenue_usd", "week_start", "row_count", "months_back", "days_back",
    ]  # fmt: skip
    assert found.import_mode == "SPICE"
    assert found.sql == (
        "SELECT\n"
        '  "device" AS "device",\n'
        '  coalesce("device", \'Unknown\') AS "device_choice",\n'
        '  CAST("revenue_usd" AS decimal(18, 4)) AS "revenue_usd",\n'
        '  "week_start" AS "week_start",\n'
        '  1 AS "row_count",\n'
        "  date_diff('month', date_trunc('month', \"week_start\"), "
        'max(date_trunc(\'month\', "week_start")) OVER ()) AS "months_back",\n'
        '  date_diff(\'day\', "week_start", max("week_start") OVER ()) AS "days_back"\n'
        'FROM "lake_gold"."sales_by_week"'
    )


def test_dataset_with_six_places_asks_athena_directly() -> None:
    usage = replace(
        REVENUE,
        dataset=gold("org_daily_usage_by_service", date="usage_date"),
        value=total("cost_usd", "Cost", Format.DOLLARS),
    )
    domain = with_visuals(usage, domain="cloud_provider", filters=())
    assert planned(domain)[usage.dataset].import_mode == "DIRECT_QUERY"
    names = Names(env="dev", account="123456789012", region="us-east-1")
    assert spice_datasets(domain, names) == ["caudal-dev-cloud-provider-quality-by-run"]


def test_named_query_names_the_database_of_its_tables_and_has_the_types_of_gold() -> None:
    growth = named_query("genai_growth_by_org", date="usage_month")
    domain = load_domain("cloud_provider")
    assert column_types(domain, growth) == {
        "org_id": "string",
        "usage_month": "date",
        "genai_tokens": "decimal(28,6)",
        "cost_usd": "decimal(28,6)",
    }
    sql = planned_datasets(domain, "lake_gold")[growth].sql
    assert '"genai_tokens_by_org_date" AS (SELECT * FROM "lake_gold"."genai_tokens_by_org_date")' in sql


def test_column_of_a_query_without_a_type_is_refused_with_dashboard_and_visual() -> None:
    change = Kpi(
        key="change",
        title="Change?",
        unit="%",
        dataset=named_query("genai_growth_by_org", date="usage_month"),
        value=total("tokens_change_pct", "Change", Format.NUMBER),
    )
    domain = with_visuals(change, domain="cloud_provider", filters=())
    with pytest.raises(QuickSightError) as refused:
        planned(domain)
    assert "dashboard board: visual change" in str(refused.value)
    assert "genai_growth_by_org has no column 'tokens_change_pct' of a known type" in str(refused.value)


def renamed(domain: Domain, table: str, old: str, new: str) -> Domain:
    """Return a domain with a column of a mart renamed."""

    def column(each: Column) -> Column:
        return replace(each, name=new) if each.name == old else each

    def mart(each: Mart) -> Mart:
        return replace(each, columns=tuple(map(column, each.columns))) if each.name == table else each

    return replace(domain, marts=tuple(map(mart, domain.marts)))


@pytest.mark.parametrize(
    ("domain", "table", "column", "dashboard", "visual"),
    [
        ("ecommerce", "sales_by_week", "revenue_usd", "executive", "weekly_revenue"),
        ("ecommerce", "customer_rfm", "segment", "behaviour", "segments"),
        ("cloud_provider", "tickets_by_org_date", "severity", "support", "critical"),
        ("cloud_provider", "cost_anomaly_mart", "is_anomaly", "finops", "anomalies"),
    ],
)
def test_renamed_column_fails_with_dashboard_and_visual(
    domain: str, table: str, column: str, dashboard: str, visual: str
) -> None:
    with pytest.raises(DeclarationError) as refused:
        renamed(load_domain(domain), table, column, "another_name")
    assert f"dashboard {dashboard}: visual {visual}: {table} has no column '{column}'" in str(refused.value)
