WITH profits AS (
    SELECT
        i.order_id,
        count(*) AS lines,
        sum(i.quantity) AS units,
        sum(i.line_total_usd::DECIMAL(38, 2) - p.cost_usd::DECIMAL(38, 2) * i.quantity) AS gross_profit_usd
    FROM order_items AS i
    LEFT JOIN products AS p USING (product_id)
    GROUP BY i.order_id
)
SELECT
    o.order_id,
    o.customer_id,
    o.order_time,
    o.order_time::DATE AS order_date,
    hour(o.order_time) AS order_hour,
    isodow(o.order_time) AS order_dow,
    o.payment_method,
    o.discount_pct,
    o.subtotal_usd,
    o.total_usd,
    o.country,
    o.device,
    o.source,
    profits.lines,
    profits.units,
    profits.gross_profit_usd,
    c.country AS customer_country,
    c.age,
    CASE
        WHEN c.age BETWEEN 18 AND 24 THEN '18-24'
        WHEN c.age BETWEEN 25 AND 34 THEN '25-34'
        WHEN c.age BETWEEN 35 AND 44 THEN '35-44'
        WHEN c.age BETWEEN 45 AND 54 THEN '45-54'
        WHEN c.age BETWEEN 55 AND 64 THEN '55-64'
        WHEN c.age >= 65 THEN '65+'
    END AS age_band,
    c.marketing_opt_in,
    c.signup_date
FROM orders AS o
LEFT JOIN profits USING (order_id)
LEFT JOIN customers AS c ON c.customer_id = o.customer_id
