-- The newest month against the month before
WITH newest AS (
    SELECT max(order_month) AS order_month
    FROM sales_by_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "sales_by_month$partitions")
),

this_month AS (
    SELECT s.*
    FROM sales_by_month AS s
    INNER JOIN newest AS n ON s.year = CAST(year(n.order_month) AS integer) AND s.order_month = n.order_month
),

month_before AS (
    SELECT s.*
    FROM sales_by_month AS s
    INNER JOIN newest AS n
        ON
            s.year = CAST(year(n.order_month - INTERVAL '1' MONTH) AS integer)
            AND s.order_month = n.order_month - INTERVAL '1' MONTH
),

measures AS (
    SELECT 1 AS place, 'revenue_usd' AS measure, t.order_month, t.revenue_usd AS this_month, b.revenue_usd AS month_before
    FROM this_month AS t
    LEFT JOIN month_before AS b ON 1 = 1
    UNION ALL
    SELECT 2, 'orders', t.order_month, CAST(t.orders AS decimal(28, 2)), CAST(b.orders AS decimal(28, 2))
    FROM this_month AS t
    LEFT JOIN month_before AS b ON 1 = 1
    UNION ALL
    SELECT 3, 'customers', t.order_month, CAST(t.customers AS decimal(28, 2)), CAST(b.customers AS decimal(28, 2))
    FROM this_month AS t
    LEFT JOIN month_before AS b ON 1 = 1
    UNION ALL
    SELECT
        4, 'avg_order_value_usd', t.order_month, CAST(t.avg_order_value AS decimal(28, 2)),
        CAST(b.avg_order_value AS decimal(28, 2))
    FROM this_month AS t
    LEFT JOIN month_before AS b ON 1 = 1
    UNION ALL
    SELECT 5, 'gross_profit_usd', t.order_month, t.gross_profit_usd, b.gross_profit_usd
    FROM this_month AS t
    LEFT JOIN month_before AS b ON 1 = 1
)

SELECT
    order_month,
    measure,
    this_month,
    month_before,
    round(100e0 * CAST(this_month - month_before AS double) / nullif(CAST(month_before AS double), 0e0), 1) AS change_pct
FROM measures
ORDER BY place
