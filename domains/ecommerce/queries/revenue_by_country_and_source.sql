-- Revenue by country and marketing channel in the newest month
WITH newest AS (
    SELECT max(order_month) AS order_month
    FROM revenue_by_country_source_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "revenue_by_country_source_month$partitions")
)

SELECT
    r.country,
    r.source,
    r.revenue_usd,
    r.orders,
    r.customers,
    round(CAST(r.revenue_usd AS double) / r.orders, 2) AS avg_order_value_usd,
    round(
        100e0 * CAST(r.revenue_usd AS double) / nullif(CAST(sum(r.revenue_usd) OVER () AS double), 0e0), 1
    ) AS share_pct
FROM revenue_by_country_source_month AS r
INNER JOIN newest AS n ON r.year = CAST(year(n.order_month) AS integer) AND r.order_month = n.order_month
ORDER BY r.revenue_usd DESC, r.country NULLS LAST, r.source NULLS LAST
