SELECT
    org_id,
    created_at AS ticket_date,
    severity,
    count(*) AS tickets,
    count(*) - count(resolved_at) AS open_tickets,
    count(*) FILTER (WHERE t.sla_breached) AS sla_breached,
    exact_ratio(count(*) FILTER (WHERE t.sla_breached), count(*)) AS sla_breach_rate,
    exact_ratio(sum(csat), count(csat)) AS avg_csat,
    exact_ratio(sum(resolved_at - created_at), count(resolved_at)) AS avg_resolution_days,
    count(csat) AS csat_answers,
    sum(csat) AS csat_total
FROM support_tickets AS t
GROUP BY ALL
