"""Two months of a small shop, and of a small cloud provider, as literal rows of gold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.dashboard.gold import Gold, day, money

HOSTILE = '<img src=x onerror="document.title=1">'
LONG = "Very long name " * 20


def shop() -> Gold:
    """Return the shop's gold: September 2025 whole, October until the 20th."""
    gold = Gold("ecommerce")
    add_orders(gold)
    add_weeks(gold)
    for month, factor in (("2025-09-01", 1), ("2025-10-01", 2)):
        add_month(gold, month, factor)
    gold.add(
        "customer_rfm",
        {"customer_id": 11, "segment": "champions", "monetary_usd": money("259.74")},
        {"customer_id": 12, "segment": "new", "monetary_usd": money("60.50")},
        {"customer_id": 13, "segment": "new", "monetary_usd": money("113.43")},
    )
    return quality(gold)


def add_orders(gold: Gold) -> None:
    """Add seven orders of four customers."""
    orders = [
        # order, customer, day, total, country, device
        (1, 11, "2025-09-02", "100.00", "DE", "mobile"),
        (2, 12, "2025-09-15", "60.50", "FR", "desktop"),
        (3, 11, "2025-09-28", "39.49", "DE", "mobile"),
        (4, 11, "2025-10-03", "120.25", "DE", "mobile"),
        (5, 13, "2025-10-07", "80.10", "US", "tablet"),
        (6, 13, "2025-10-20", "33.33", "US", None),
        (7, 14, "2025-10-20", "1000.05", "DE", "desktop"),
    ]
    gold.add(
        "fact_orders_enriched",
        *(
            {
                "order_id": number,
                "customer_id": customer,
                "order_date": day(date),
                "total_usd": money(total),
                "country": country,
                "device": device,
            }
            for number, customer, date, total, country, device in orders
        ),
    )


def add_weeks(gold: Gold) -> None:
    """Add eight weeks of four devices."""
    gold.add(
        "sales_by_week",
        *(
            {
                "week_start": day("2025-09-01") + dt.timedelta(days=7 * week),
                "device": device,
                "revenue_usd": Decimal(100 * week + place + 1) + Decimal("0.25"),
                "orders": week + 1,
            }
            for week in range(8)
            for place, device in enumerate(("mobile", "desktop", "tablet", "watch"))
        ),
    )


def add_month(gold: Gold, month: str, factor: int) -> None:
    """Add a month of sales, categories, products, countries, steps and hours."""
    gold.connection.execute(
        "INSERT INTO sales_by_month (order_month, revenue_usd, orders, customers, avg_order_value) "
        "SELECT date_trunc('month', order_date), sum(total_usd), count(*), count(DISTINCT customer_id), "
        "sum(total_usd) / count(*) "
        "FROM fact_orders_enriched WHERE date_trunc('month', order_date) = ? GROUP BY 1",
        [day(month)],
    )
    gold.add(
        "revenue_by_category_month",
        {"order_month": day(month), "category": "Books", "net_revenue_usd": money("70.10") * factor},
        {"order_month": day(month), "category": None, "net_revenue_usd": money("10.05")},
    )
    gold.add(
        "top_products_month",
        *(
            {
                "order_month": day(month),
                "product_id": product,
                "product_name": name,
                "category": "Books",
                "revenue_usd": Decimal(revenue),
                "units": product,
            }
            for product, name, revenue in (
                (1, HOSTILE, 90),
                (2, LONG, 80),
                (3, "=1+1", 80),
                (4, "Pen", 5),
            )
        ),
    )
    gold.add(
        "revenue_by_country_source_month",
        {"order_month": day(month), "country": "DE", "source": "organic", "revenue_usd": money("100.00")},
        {"order_month": day(month), "country": "US", "source": "paid", "revenue_usd": money("40.40")},
    )
    gold.add(
        "funnel_by_month",
        *(
            {"event_month": day(month), "step": step, "step_number": place, "sessions": sessions}
            for place, (step, sessions) in enumerate(
                (("page_view", 1000), ("add_to_cart", 170), ("checkout", 180), ("purchase", 90)), 1
            )
        ),
    )
    gold.add(
        "activity_heatmap_month",
        {"event_month": day(month), "event_dow": 1, "event_hour": 9, "events": 30},
        {"event_month": day(month), "event_dow": 7, "event_hour": 23, "events": 60},
    )


def provider() -> Gold:
    """Return the cloud provider's gold: July and August 2025, 40 days of two organisations."""
    gold = Gold("cloud_provider")
    add_usage(gold)
    add_anomalies_and_invoices(gold)
    add_tickets(gold)
    return quality(gold)


def add_usage(gold: Gold) -> None:
    """Add 40 days of five services, and of tokens."""
    for place in range(40):
        date = day("2025-07-23") + dt.timedelta(days=place)
        for org, factor in (("org_a", 1), ("org_b", 3)):
            gold.add(
                "org_daily_usage_by_service",
                *(
                    {
                        "org_id": org,
                        "usage_date": date,
                        "service": service,
                        "cost_usd": money("1.234567") * factor * (rank + 1),
                        "requests": Decimal(10 * factor),
                        "events": 2,
                    }
                    for rank, service in enumerate(("storage", "compute", "genai", "database", "networking"))
                ),
            )
        gold.add(
            "genai_tokens_by_org_date",
            {
                "org_id": "org_a",
                "usage_date": date,
                "genai_tokens": Decimal(1000 + place),
                "cost_usd": money("0.500001"),
                "events": 1,
            },
        )


def add_anomalies_and_invoices(gold: Gold) -> None:
    """Add three anomalies, and two months of invoices."""
    gold.add(
        "cost_anomaly_mart",
        *(
            {
                "org_id": "org_b",
                "usage_date": day(date),
                "service": "genai",
                "cost_usd": money("99.000001"),
                "p99_usd": money("11.5"),
                "anomaly_score": 3 if odd else 0,
                "is_anomaly": odd,
            }
            for date, odd in (
                ("2025-07-30", True),
                ("2025-08-02", True),
                ("2025-08-30", True),
                ("2025-08-31", False),
            )
        ),
    )
    for month in ("2025-07-01", "2025-08-01"):
        gold.add(
            "revenue_by_org_month",
            {
                "org_id": "org_a",
                "billing_month": day(month),
                "subtotal_usd": money("1000.000000"),
                "credits_usd": money("50.250000"),
                "taxes_usd": money("210.000000"),
                "revenue_usd": money("949.750000"),
                "total_usd": money("1159.750000"),
            },
        )


def add_tickets(gold: Gold) -> None:
    """Add three days with tickets."""
    gold.add(
        "tickets_by_org_date",
        *(
            {
                "org_id": "org_a",
                "ticket_date": day(date),
                "severity": severity,
                "tickets": tickets,
                "csat_answers": tickets - 1,
                "csat_total": Decimal(4) * (tickets - 1) if tickets > 1 else None,
                "sla_breached": breached,
            }
            for date, severity, tickets, breached in (
                ("2025-07-30", "low", 4, 1),
                ("2025-08-05", "critical", 2, 1),
                ("2025-08-31", "medium", 1, 0),
            )
        ),
    )
    gold.add(
        "nps_by_org_month",
        *(
            {
                "org_id": org,
                "survey_month": day("2025-08-01"),
                "responses": responses,
                "nps_total": total,
            }
            for org, responses, total in (
                ("org_a", 3, money("-100.00")),
                ("org_b", 2, money("90.50")),
                ("org_c", 0, None),
            )
        ),
    )


def quality(gold: Gold) -> Gold:
    """Add two runs to the log of checks, and five to the log of runs."""
    gold.add(
        "pipeline_runs",
        *(
            {
                "run_id": run,
                "flow": flow,
                "started_at": dt.datetime.fromisoformat(f"{date}T12:30:00"),
                "seconds": money(seconds),
                "status": status,
                "files": files,
                "rows_read": None if files is None else 100 * files,
                "rows_bronze": None if files is None else 99 * files,
                "rows_quarantined": files,
                "predicted_usd": None if files is None else money("0.041067"),
            }
            for run, flow, date, seconds, status, files in (
                ("x-1", "batch", "2025-10-01", "180.000", "OK", 5),
                ("x-2", "batch", "2025-11-02", "200.500", "OK", 4),
                ("x-3", "batch", "2025-11-03", "12.250", "FAILED", None),
                ("x-4", "batch", "2025-11-04", "90.000", "REJECTED", 1),
                ("r-1", "clicks", "2025-11-04", "61.000", "OK", 20),
            )
        ),
    )
    return gold.add(
        "quality_by_run",
        *(
            {
                "run_id": run,
                "table_name": "orders",
                "check_name": check,
                "rows_checked": 100,
                "rows_flagged": 1,
                "rows_quarantined": quarantined,
                "checked_at": dt.datetime.fromisoformat(f"{date}T12:30:00"),
            }
            for run, date, check, quarantined in (
                ("b-1", "2025-10-01", "order_id.not_null", 3),
                ("b-2", "2025-11-02", "total_usd.range", 5),
            )
        ),
    )
