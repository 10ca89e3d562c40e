WITH sold AS (
    SELECT
        date_trunc('month', order_date)::DATE AS order_month,
        product_id,
        sum(line_total_usd) AS revenue_usd,
        sum(quantity) AS units,
        count(DISTINCT order_id) AS orders,
        sum(gross_profit_usd) AS gross_profit_usd
    FROM fact_order_items_enriched
    GROUP BY ALL
)

SELECT
    sold.*,
    products.category,
    products.name AS product_name,
    dense_rank() OVER (PARTITION BY sold.order_month ORDER BY sold.revenue_usd DESC) AS revenue_rank
FROM sold
LEFT JOIN products USING (product_id)
