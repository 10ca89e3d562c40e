-- Daily cost and requests by organisation and service, newest seven days
WITH bounds AS (
    SELECT max(usage_date) - INTERVAL '6' DAY AS first_day, max(usage_date) AS last_day
    FROM org_daily_usage_by_service
)

SELECT
    u.usage_date,
    u.org_id,
    u.service,
    u.cost_usd,
    u.requests,
    u.events
FROM org_daily_usage_by_service AS u
INNER JOIN bounds AS b ON u.usage_date BETWEEN b.first_day AND b.last_day
ORDER BY u.usage_date DESC, u.cost_usd DESC, u.org_id, u.service
