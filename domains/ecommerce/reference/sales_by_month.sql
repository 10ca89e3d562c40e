SELECT
    date_trunc('month', order_date)::DATE AS order_month,
    sum(total_usd) AS revenue_usd,
    count(*) AS orders,
    count(DISTINCT customer_id) AS customers,
    exact_ratio(sum(total_usd), count(*)) AS avg_order_value,
    sum(units) AS units,
    sum(gross_profit_usd) AS gross_profit_usd
FROM fact_orders_enriched
GROUP BY ALL
