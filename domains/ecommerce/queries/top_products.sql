-- Top 10 products by revenue in the newest month
WITH newest AS (
    SELECT max(order_month) AS order_month
    FROM top_products_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "top_products_month$partitions")
)

SELECT
    p.revenue_rank,
    p.product_id,
    p.product_name,
    p.category,
    p.revenue_usd,
    p.units,
    p.orders,
    p.gross_profit_usd
FROM top_products_month AS p
INNER JOIN newest AS n ON p.year = CAST(year(n.order_month) AS integer) AND p.order_month = n.order_month
ORDER BY p.revenue_rank, p.product_id
LIMIT 10
