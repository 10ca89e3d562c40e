-- Revenue and margin by category in the newest month, against the month before
WITH newest AS (
    SELECT max(order_month) AS order_month
    FROM revenue_by_category_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "revenue_by_category_month$partitions")
),

month_before AS (
    SELECT r.*
    FROM revenue_by_category_month AS r
    INNER JOIN newest AS n
        ON
            r.year = CAST(year(n.order_month - INTERVAL '1' MONTH) AS integer)
            AND r.order_month = n.order_month - INTERVAL '1' MONTH
)

SELECT
    t.category,
    t.revenue_usd,
    t.net_revenue_usd,
    t.gross_profit_usd,
    round(100e0 * CAST(t.gross_profit_usd AS double) / nullif(CAST(t.revenue_usd AS double), 0e0), 1) AS margin_pct,
    round(
        100e0 * CAST(t.revenue_usd AS double) / nullif(CAST(sum(t.revenue_usd) OVER () AS double), 0e0), 1
    ) AS share_pct,
    round(
        100e0 * CAST(t.revenue_usd - b.revenue_usd AS double) / nullif(CAST(b.revenue_usd AS double), 0e0), 1
    ) AS revenue_change_pct,
    t.units,
    t.orders
FROM revenue_by_category_month AS t
INNER JOIN newest AS n ON t.year = CAST(year(n.order_month) AS integer) AND t.order_month = n.order_month
LEFT JOIN month_before AS b
    ON
        b.order_month = t.order_month - INTERVAL '1' MONTH
        AND (b.category = t.category OR (b.category IS NULL AND t.category IS NULL))
ORDER BY t.revenue_usd DESC, t.category NULLS LAST
