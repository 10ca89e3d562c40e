-- Customer segments by recency, frequency and monetary value
SELECT
    segment,
    count(*) AS customers,
    round(100e0 * CAST(count(*) AS double) / CAST(sum(count(*)) OVER () AS double), 1) AS customers_pct,
    round(avg(CAST(recency_days AS double)), 1) AS avg_recency_days,
    round(avg(CAST(frequency AS double)), 2) AS avg_orders,
    sum(monetary_usd) AS revenue_usd,
    round(
        100e0 * CAST(sum(monetary_usd) AS double) / nullif(CAST(sum(sum(monetary_usd)) OVER () AS double), 0e0), 1
    ) AS revenue_pct
FROM customer_rfm
GROUP BY segment
ORDER BY revenue_usd DESC, segment
