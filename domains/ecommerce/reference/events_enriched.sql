SELECT
    e.event_id,
    e.session_id,
    e.event_ts,
    e.event_ts::DATE AS event_date,
    hour(e.event_ts) AS event_hour,
    isodow(e.event_ts) AS event_dow,
    e.event_type,
    e.product_id,
    e.qty,
    e.cart_size,
    e.payment,
    e.discount_pct,
    e.amount_usd,
    p.category,
    s.customer_id,
    s.device,
    s.source,
    s.country
FROM events AS e
LEFT JOIN sessions AS s ON s.session_id = e.session_id
LEFT JOIN products AS p ON p.product_id = e.product_id
