SELECT
    r.product_id,
    any_value(p.category) AS category,
    any_value(p.name) AS product_name,
    count(*) AS reviews,
    exact_ratio(sum(r.rating), count(*)) AS avg_rating,
    count(*) FILTER (WHERE r.rating <= 2) AS low_ratings
FROM reviews AS r
LEFT JOIN products AS p USING (product_id)
GROUP BY r.product_id
