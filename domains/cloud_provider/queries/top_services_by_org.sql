-- Top 3 services by cost of each organisation in the last 14 days
WITH bounds AS (
    SELECT max(usage_date) - INTERVAL '14' DAY AS day_before
    FROM org_daily_usage_by_service
),

costs AS (
    SELECT
        u.org_id,
        u.service,
        sum(u.cost_usd) AS cost_usd
    FROM org_daily_usage_by_service AS u
    INNER JOIN bounds AS b ON u.usage_date > b.day_before
    GROUP BY u.org_id, u.service
),

ranked AS (
    SELECT
        org_id,
        service,
        cost_usd,
        row_number() OVER (PARTITION BY org_id ORDER BY cost_usd DESC, service) AS cost_rank
    FROM costs
)

SELECT
    org_id,
    cost_rank,
    service,
    cost_usd
FROM ranked
WHERE cost_rank <= 3
ORDER BY org_id, cost_rank
