-- Revenue by country and marketing channel in the newest month
SELECT
    country,
    source,
    revenue_usd,
    orders,
    customers,
    round(CAST(revenue_usd AS double) / orders, 2) AS avg_order_value_usd,
    round(
        100e0 * CAST(revenue_usd AS double) / nullif(CAST(sum(revenue_usd) OVER () AS double), 0e0), 1
    ) AS share_pct
FROM revenue_by_country_source_month
WHERE order_month = (SELECT max(order_month) FROM revenue_by_country_source_month)
ORDER BY revenue_usd DESC, country NULLS LAST, source NULLS LAST
