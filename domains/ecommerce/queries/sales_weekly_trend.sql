-- Sales of the last twelve weeks, each against the week before
WITH weeks AS (
    SELECT week_start, sum(revenue_usd) AS revenue_usd, sum(orders) AS orders
    FROM sales_by_week
    GROUP BY week_start
),

newest AS (
    SELECT max(week_start) AS week_start
    FROM weeks
)

SELECT
    w.week_start,
    w.revenue_usd,
    w.orders,
    round(
        100e0 * CAST(w.revenue_usd - b.revenue_usd AS double) / nullif(CAST(b.revenue_usd AS double), 0e0), 1
    ) AS revenue_change_pct
FROM weeks AS w
INNER JOIN newest AS n ON w.week_start > n.week_start - INTERVAL '84' DAY
LEFT JOIN weeks AS b ON b.week_start = w.week_start - INTERVAL '7' DAY
ORDER BY w.week_start
