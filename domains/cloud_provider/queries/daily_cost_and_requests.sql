-- Daily cost and requests by organisation and service, newest seven days
WITH newest AS (
    SELECT
        max(CAST(year AS integer)) AS year,
        max_by(CAST(month AS integer), 12 * CAST(year AS integer) + CAST(month AS integer)) AS month
    FROM "org_daily_usage_by_service$partitions"
),

bounds AS (
    SELECT max(u.usage_date) - INTERVAL '6' DAY AS first_day
    FROM org_daily_usage_by_service AS u
    INNER JOIN newest AS n ON u.year = n.year AND u.month = n.month
),

recent AS (
    SELECT u.*
    FROM org_daily_usage_by_service AS u
    INNER JOIN bounds AS b
        ON
            u.year = CAST(year(b.first_day) AS integer)
            AND u.month >= CAST(month(b.first_day) AS integer)
            AND u.usage_date >= b.first_day
    UNION ALL
    SELECT u.*
    FROM org_daily_usage_by_service AS u
    INNER JOIN bounds AS b ON u.year > CAST(year(b.first_day) AS integer)
)

SELECT
    usage_date,
    org_id,
    service,
    cost_usd,
    requests,
    events
FROM recent
ORDER BY usage_date DESC, cost_usd DESC, org_id, service
