WITH customers_who_ordered AS (
    SELECT
        customer_id,
        max(order_date) AS last_order_date,
        count(*) AS frequency,
        sum(total_usd) AS monetary_usd
    FROM fact_orders_enriched
    GROUP BY customer_id
),

measured AS (
    SELECT
        *,
        (SELECT max(order_date) + 1 FROM fact_orders_enriched) - last_order_date AS recency_days
    FROM customers_who_ordered
),

scored AS (
    SELECT
        *,
        ntile(5) OVER (ORDER BY recency_days DESC, customer_id) AS r,
        ntile(5) OVER (ORDER BY frequency, customer_id) AS f,
        ntile(5) OVER (ORDER BY monetary_usd, customer_id) AS m
    FROM measured
)

SELECT
    *,
    CASE
        WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'champions'
        WHEN f >= 4 THEN 'loyal'
        WHEN r >= 4 AND f <= 2 THEN 'new'
        WHEN r <= 2 AND f >= 3 THEN 'at_risk'
        WHEN r <= 2 AND f <= 2 THEN 'hibernating'
        ELSE 'regular'
    END AS segment
FROM scored
