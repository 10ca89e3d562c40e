-- Top 5 services by cost in the last 14 days
WITH bounds AS (
    SELECT max(usage_date) - INTERVAL '14' DAY AS day_before
    FROM org_daily_usage_by_service
)

SELECT
    u.service,
    sum(u.cost_usd) AS cost_usd,
    sum(u.events) AS events,
    count(DISTINCT u.org_id) AS organisations
FROM org_daily_usage_by_service AS u
INNER JOIN bounds AS b ON u.usage_date > b.day_before
GROUP BY u.service
ORDER BY sum(u.cost_usd) DESC, u.service
LIMIT 5
