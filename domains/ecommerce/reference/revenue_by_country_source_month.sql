SELECT
    date_trunc('month', order_date)::DATE AS order_month,
    country,
    source,
    sum(total_usd) AS revenue_usd,
    count(*) AS orders,
    count(DISTINCT customer_id) AS customers
FROM fact_orders_enriched
GROUP BY ALL
