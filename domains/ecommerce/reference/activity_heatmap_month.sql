SELECT
    date_trunc('month', event_date)::DATE AS event_month,
    event_dow,
    event_hour,
    count(*) AS events,
    count(DISTINCT session_id) AS sessions
FROM events_enriched
GROUP BY ALL
