-- Top 10 products by revenue in the newest month
SELECT
    revenue_rank,
    product_id,
    product_name,
    category,
    revenue_usd,
    units,
    orders,
    gross_profit_usd
FROM top_products_month
WHERE order_month = (SELECT max(order_month) FROM top_products_month)
ORDER BY revenue_rank, product_id
LIMIT 10
