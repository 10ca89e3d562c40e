-- Top 5 services by cost in the last 14 days
WITH newest AS (
    SELECT
        max(CAST(year AS integer)) AS year,
        max_by(CAST(month AS integer), 12 * CAST(year AS integer) + CAST(month AS integer)) AS month
    FROM "org_daily_usage_by_service$partitions"
),

bounds AS (
    SELECT max(u.usage_date) - INTERVAL '14' DAY AS day_before
    FROM org_daily_usage_by_service AS u
    INNER JOIN newest AS n ON u.year = n.year AND u.month = n.month
),

recent AS (
    SELECT u.*
    FROM org_daily_usage_by_service AS u
    INNER JOIN bounds AS b
        ON
            u.year = CAST(year(b.day_before) AS integer)
            AND u.month >= CAST(month(b.day_before) AS integer)
            AND u.usage_date > b.day_before
    UNION ALL
    SELECT u.*
    FROM org_daily_usage_by_service AS u
    INNER JOIN bounds AS b ON u.year > CAST(year(b.day_before) AS integer)
)

SELECT
    service,
    sum(cost_usd) AS cost_usd,
    sum(events) AS events,
    count(DISTINCT org_id) AS organisations
FROM recent
GROUP BY service
ORDER BY cost_usd DESC, service
LIMIT 5
