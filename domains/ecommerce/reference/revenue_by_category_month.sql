SELECT
    date_trunc('month', order_date)::DATE AS order_month,
    category,
    sum(line_total_usd) AS revenue_usd,
    sum(net_line_total_usd) AS net_revenue_usd,
    sum(gross_profit_usd) AS gross_profit_usd,
    sum(quantity) AS units,
    count(DISTINCT order_id) AS orders
FROM fact_order_items_enriched
GROUP BY ALL
