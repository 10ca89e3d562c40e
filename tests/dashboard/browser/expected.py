"""The numbers of every card on literal rows, as independent SQL: what "Show as table" must hold."""

from __future__ import annotations

from domains.cloud_provider.dashboard_fields import EXPECTED

OCTOBER = "DATE '2025-10-01'"
SEPTEMBER = "DATE '2025-09-01'"
AUGUST = "DATE '2025-08-01'"


def monthly(value: str, table: str, date: str) -> str:
    """Return the months of a number, the oldest first; months in which it is missing have no row."""
    return (
        f"SELECT strftime(date_trunc('month', {date}), '%Y-%m'), {value} FROM {table} GROUP BY 1 "
        f"HAVING {value} IS NOT NULL ORDER BY 1"
    )


def daily(values: str, table: str, date: str, where: str) -> str:
    """Return one row for each day from the first to the last with rows; days without rows have no numbers."""
    rows = f"(SELECT *, CAST({date} AS date) AS day_of FROM {table} WHERE {where})"
    days = f"SELECT unnest(generate_series(min(day_of), max(day_of), INTERVAL 1 DAY)) AS d FROM {rows}"
    return (
        f"SELECT CAST(d AS date), {values} FROM ({days}) LEFT JOIN {rows} ON day_of = d GROUP BY 1 ORDER BY 1"
    )


def cross(rows: str, columns: list[str], value: str, source: str, order: str) -> str:
    """Return a number by rows and columns, with the total of each row."""
    cells = ", ".join(f"sum({value}) FILTER ({each})" for each in columns)
    return f"SELECT {rows}, {cells}, sum({value}) FROM {source} GROUP BY ALL ORDER BY {order}"


SHOP = {
    "executive": {
        "revenue": monthly("sum(total_usd)", "fact_orders_enriched", "order_date"),
        "customers": monthly("count(DISTINCT customer_id)", "fact_orders_enriched", "order_date"),
        "orders": monthly("count(*)", "fact_orders_enriched", "order_date"),
        "average_order": monthly("sum(total_usd) / count(*)", "fact_orders_enriched", "order_date"),
        "weekly_revenue": (
            "SELECT week_start, sum(revenue_usd) FILTER (device = 'watch'), "
            "sum(revenue_usd) FILTER (device = 'tablet'), sum(revenue_usd) FILTER (device = 'desktop'), "
            "sum(revenue_usd) FILTER (device = 'mobile') FROM sales_by_week GROUP BY 1 ORDER BY 1"
        ),
        "devices": (
            "SELECT coalesce(upper(device[1]) || device[2:], 'Unknown'), count(*), sum(total_usd) "
            f"FROM fact_orders_enriched WHERE order_date >= {OCTOBER} GROUP BY device "
            "ORDER BY 2 DESC, device NULLS LAST"
        ),
        "categories": (
            f"SELECT coalesce(category, 'Unknown'), sum(net_revenue_usd) FILTER (order_month = {OCTOBER}), "
            f"sum(net_revenue_usd) FILTER (order_month = {SEPTEMBER}) FROM revenue_by_category_month "
            "GROUP BY 1 ORDER BY 2 DESC"
        ),
        "top_products": (
            "SELECT product_id, product_name, coalesce(category, ''), units, revenue_usd "
            f"FROM top_products_month WHERE order_month = {OCTOBER} "
            "ORDER BY revenue_usd DESC, CAST(product_id AS varchar)"
        ),
    },
    "behaviour": {
        "funnel": (
            "SELECT ['Viewed a page', 'Added to cart', 'Began checkout', 'Bought'][step_number], sessions, "
            "sessions - lead(sessions) OVER steps, (sessions - lead(sessions) OVER steps) / sessions "
            f"FROM funnel_by_month WHERE event_month = {OCTOBER} "
            "WINDOW steps AS (ORDER BY step_number) ORDER BY step_number"
        ),
        "segments": (
            "SELECT upper(segment[1]) || segment[2:], count(*), sum(monetary_usd) FROM customer_rfm "
            "GROUP BY segment ORDER BY segment = 'new'"
        ),
        "hours": cross(
            "name",
            [f"event_hour = {hour}" for hour in range(24)],
            "events",
            "(VALUES (1, 'Mon'), (2, 'Tue'), (3, 'Wed'), (4, 'Thu'), (5, 'Fri'), (6, 'Sat'), (7, 'Sun')) "
            "AS weekdays (number, name) LEFT JOIN activity_heatmap_month "
            f"ON event_dow = number AND event_month = {OCTOBER}",
            "min(number)",
        ),
        "channels": cross(
            "country",
            [f"source = '{each}'" for each in ("organic", "direct", "paid", "social", "email", "referral")],
            "revenue_usd",
            f"(SELECT * FROM revenue_by_country_source_month WHERE order_month = {OCTOBER})",
            "sum(revenue_usd) DESC",
        ),
    },
}
_SERVICES = [f"service = '{each}'" for each in ("networking", "database", "genai", "compute", "storage")]
_RECENT = "usage_date > DATE '2025-08-31' - INTERVAL {} DAY"
_RANGES = "".join(f", sum({each.column})" for each in EXPECTED)
PROVIDER = {
    "finops": {
        "cost": monthly("sum(cost_usd)", "org_daily_usage_by_service", "usage_date"),
        "requests": monthly("sum(requests)", "org_daily_usage_by_service", "usage_date"),
        "anomalies": monthly("count(*) FILTER (is_anomaly)", "cost_anomaly_mart", "usage_date"),
        "revenue": monthly("sum(revenue_usd)", "revenue_by_org_month", "billing_month"),
        "daily_cost": (
            "SELECT usage_date, sum(cost_usd) FILTER (service = 'networking'), "
            "sum(cost_usd) FILTER (service = 'database'), sum(cost_usd) FILTER (service = 'genai'), "
            "sum(cost_usd) FILTER (service IN ('compute', 'storage')) FROM org_daily_usage_by_service "
            "GROUP BY 1 ORDER BY 1"
        ),
        "services": (
            "SELECT CASE service WHEN 'genai' THEN 'GenAI' ELSE upper(service[1]) || service[2:] END, "
            f"sum(cost_usd) FROM org_daily_usage_by_service WHERE {_RECENT.format(14)} "
            "GROUP BY service ORDER BY 2 DESC"
        ),
        "spend": cross(
            "org_id",
            _SERVICES,
            "cost_usd",
            f"(SELECT * FROM org_daily_usage_by_service WHERE {_RECENT.format(7)})",
            "sum(cost_usd) DESC",
        ),
        "usage": (
            "SELECT usage_date, sum(cost_usd), sum(requests), sum(events) FROM org_daily_usage_by_service "
            f"WHERE {_RECENT.format(14)} GROUP BY 1 ORDER BY 1 DESC"
        ),
        "cost_anomalies": (
            f"SELECT usage_date, org_id, service, anomaly_score, sum(cost_usd){_RANGES} "
            f"FROM cost_anomaly_mart WHERE is_anomaly AND usage_date >= {AUGUST} GROUP BY 1, 2, 3, 4 "
            "ORDER BY 1 DESC"
        ),
        "monthly_revenue": (
            "SELECT billing_month, sum(subtotal_usd), sum(credits_usd), sum(revenue_usd), sum(taxes_usd), "
            "sum(total_usd) FROM revenue_by_org_month GROUP BY 1 ORDER BY 1 DESC"
        ),
    },
    "support": {
        "critical": monthly(
            "sum(CASE WHEN severity = 'critical' THEN tickets ELSE 0 END)",
            "tickets_by_org_date",
            "ticket_date",
        ),
        "breach_rate": monthly("sum(sla_breached) / sum(tickets)", "tickets_by_org_date", "ticket_date"),
        "csat": monthly("sum(csat_total) / sum(csat_answers)", "tickets_by_org_date", "ticket_date"),
        "nps": monthly("sum(nps_total) / sum(responses)", "nps_by_org_month", "survey_month"),
        "tickets": daily(
            "sum(tickets) FILTER (severity = 'critical'), sum(tickets) FILTER (severity = 'medium')",
            "tickets_by_org_date",
            "ticket_date",
            "ticket_date > DATE '2025-08-01'",
        ),
        "service_level": (
            "SELECT ticket_date, sum(CASE WHEN severity = 'critical' THEN tickets ELSE 0 END), sum(tickets), "
            "sum(sla_breached), sum(sla_breached) / sum(tickets) FROM tickets_by_org_date "
            "WHERE ticket_date > DATE '2025-08-01' GROUP BY 1 ORDER BY 1 DESC"
        ),
        "satisfaction": (
            "SELECT CAST(date_trunc('month', ticket_date) AS date), sum(csat_total) / sum(csat_answers) "
            "FROM tickets_by_org_date GROUP BY 1 ORDER BY 1"
        ),
        "recommendation": (
            "SELECT org_id, sum(responses), sum(nps_total) / nullif(sum(responses), 0) FROM nps_by_org_month "
            "GROUP BY 1 ORDER BY 3 DESC NULLS LAST"
        ),
        "tokens": monthly("sum(genai_tokens)", "genai_tokens_by_org_date", "usage_date"),
        "genai_cost": monthly("sum(cost_usd)", "genai_tokens_by_org_date", "usage_date"),
        "users": monthly("count(DISTINCT org_id)", "genai_tokens_by_org_date", "usage_date"),
        "token_cost": monthly(
            "sum(cost_usd) * 1000 / sum(genai_tokens)", "genai_tokens_by_org_date", "usage_date"
        ),
        "daily_tokens": daily(
            "sum(genai_tokens)", "genai_tokens_by_org_date", "usage_date", _RECENT.format(30)
        ),
        "token_costs": (
            "SELECT usage_date, sum(genai_tokens), sum(cost_usd), sum(cost_usd) * 1000 / sum(genai_tokens) "
            f"FROM genai_tokens_by_org_date WHERE {_RECENT.format(30)} GROUP BY 1 ORDER BY 1 DESC"
        ),
        "growth": (
            "SELECT org_id, sum(genai_tokens), sum(cost_usd) FROM genai_tokens_by_org_date "
            f"WHERE usage_date >= {AUGUST} GROUP BY 1 ORDER BY 2 DESC"
        ),
    },
}
_NOVEMBER = "started_at > TIMESTAMP '2025-10-05 23:59:59'"
QUALITY = {
    "quarantined": monthly("sum(rows_quarantined)", "quality_by_run", "checked_at"),
    "flagged": monthly("sum(rows_flagged)", "quality_by_run", "checked_at"),
    "checked": monthly("sum(rows_checked)", "quality_by_run", "checked_at"),
    "quarantine_rate": monthly(
        "sum(rows_quarantined) / sum(rows_checked)", "quality_by_run", "checked_at"
    ),
    "quarantined_by_check": daily(
        "sum(rows_quarantined)", "quality_by_run", "checked_at", "checked_at > TIMESTAMP '2025-10-04'"
    ),
    "quarantined_by_table": (
        "SELECT table_name, sum(rows_quarantined) FILTER (month(checked_at) = 11), "
        "sum(rows_quarantined) FILTER (month(checked_at) = 10) FROM quality_by_run GROUP BY 1"
    ),
    "checks": (
        "SELECT table_name, check_name, sum(rows_checked), sum(rows_flagged), sum(rows_quarantined) "
        "FROM quality_by_run WHERE month(checked_at) = 11 GROUP BY 1, 2 ORDER BY 5 DESC"
    ),
    "runs": monthly("count(*)", "pipeline_runs", "started_at"),
    "failed": monthly("count(*) FILTER (status = 'FAILED')", "pipeline_runs", "started_at"),
    "duration": monthly(
        "sum(seconds) FILTER (flow = 'batch') / count(*) FILTER (flow = 'batch')",
        "pipeline_runs",
        "started_at",
    ),
    "run_cost": monthly("sum(predicted_usd) / count(predicted_usd)", "pipeline_runs", "started_at"),
    "rows_per_day": daily(
        "sum(rows_read) FILTER (flow = 'clicks'), sum(rows_read) FILTER (flow = 'batch')",
        "pipeline_runs", "started_at", _NOVEMBER,
    ),
    "freshness": (
        "SELECT CAST(started_at AS date), flow, sum(files), sum(rows_read), sum(rows_bronze), "
        f"sum(rows_quarantined) FROM pipeline_runs WHERE status IN ('OK', 'PARTIAL') AND {_NOVEMBER} "
        "GROUP BY 1, 2 ORDER BY 1 DESC, 2"
    ),
    "duration_per_day": daily(
        "avg(seconds) FILTER (flow = 'batch'), avg(seconds) FILTER (flow = 'clicks')",
        "pipeline_runs", "started_at", _NOVEMBER,
    ),
    "newest_runs": (
        "SELECT started_at, flow, status, run_id, seconds, rows_read, rows_bronze, rows_quarantined, "
        f"predicted_usd FROM pipeline_runs WHERE {_NOVEMBER} ORDER BY 1 DESC, 2, 3, 4"
    ),
}  # fmt: skip
PAGES = {
    **{f"/ecommerce/{name}": cards for name, cards in SHOP.items()},
    **{f"/cloud_provider/{name}": cards for name, cards in PROVIDER.items()},
    "/ecommerce/data-quality": QUALITY,
    "/cloud_provider/data-quality": QUALITY,
}
"""Address of a page → key of a card → SQL of its rows."""
