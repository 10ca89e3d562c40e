SELECT
    (order_date - (isodow(order_date) - 1)::INTEGER)::DATE AS week_start,
    device,
    sum(total_usd) AS revenue_usd,
    count(*) AS orders
FROM fact_orders_enriched
GROUP BY ALL
