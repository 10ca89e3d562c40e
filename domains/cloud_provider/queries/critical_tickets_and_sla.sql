-- Critical tickets and SLA breach rate per day, last 30 days
WITH bounds AS (
    SELECT max(ticket_date) - INTERVAL '30' DAY AS day_before
    FROM tickets_by_org_date
)

SELECT
    t.ticket_date,
    sum(CASE WHEN t.severity = 'critical' THEN t.tickets ELSE 0 END) AS critical_tickets,
    sum(t.tickets) AS tickets,
    sum(t.sla_breached) AS sla_breached,
    round(100e0 * CAST(sum(t.sla_breached) AS double) / CAST(sum(t.tickets) AS double), 1) AS sla_breach_rate_pct
FROM tickets_by_org_date AS t
INNER JOIN bounds AS b ON t.ticket_date > b.day_before
GROUP BY t.ticket_date
ORDER BY t.ticket_date
