-- Critical tickets and SLA breach rate per day, last 30 days
WITH newest AS (
    SELECT
        max(CAST(year AS integer)) AS year,
        max_by(CAST(month AS integer), 12 * CAST(year AS integer) + CAST(month AS integer)) AS month
    FROM "tickets_by_org_date$partitions"
),

bounds AS (
    SELECT max(t.ticket_date) - INTERVAL '30' DAY AS day_before
    FROM tickets_by_org_date AS t
    INNER JOIN newest AS n ON t.year = n.year AND t.month = n.month
),

recent AS (
    SELECT t.*
    FROM tickets_by_org_date AS t
    INNER JOIN bounds AS b
        ON
            t.year = CAST(year(b.day_before) AS integer)
            AND t.month >= CAST(month(b.day_before) AS integer)
            AND t.ticket_date > b.day_before
    UNION ALL
    SELECT t.*
    FROM tickets_by_org_date AS t
    INNER JOIN bounds AS b ON t.year > CAST(year(b.day_before) AS integer)
)

SELECT
    ticket_date,
    sum(CASE WHEN severity = 'critical' THEN tickets ELSE 0 END) AS critical_tickets,
    sum(tickets) AS tickets,
    sum(sla_breached) AS sla_breached,
    round(100e0 * CAST(sum(sla_breached) AS double) / CAST(sum(tickets) AS double), 1) AS sla_breach_rate_pct
FROM recent
GROUP BY ticket_date
ORDER BY ticket_date
