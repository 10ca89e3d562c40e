SELECT
    i.order_id,
    i.product_id,
    i.quantity,
    i.unit_price_usd,
    i.line_total_usd,
    round(i.line_total_usd::DECIMAL(30, 2) * (100 - o.discount_pct)::DECIMAL(5, 2) * 0.01, 2) AS net_line_total_usd,
    p.category,
    p.name AS product_name,
    p.price_usd AS list_price_usd,
    p.cost_usd,
    i.unit_price_usd - p.cost_usd AS unit_profit_usd,
    i.line_total_usd::DECIMAL(38, 2) - p.cost_usd::DECIMAL(38, 2) * i.quantity AS gross_profit_usd,
    o.customer_id,
    o.order_time,
    o.order_time::DATE AS order_date,
    o.country,
    o.device,
    o.source
FROM order_items AS i
INNER JOIN orders AS o ON o.order_id = i.order_id
LEFT JOIN products AS p ON p.product_id = i.product_id
