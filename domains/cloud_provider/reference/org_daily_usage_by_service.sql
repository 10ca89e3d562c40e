SELECT
    org_id,
    event_ts::DATE AS usage_date,
    service,
    sum(cost_usd_increment) AS cost_usd,
    count(*) AS events,
    coalesce(sum(value) FILTER (WHERE metric = 'requests'), 0) AS requests,
    coalesce(sum(value) FILTER (WHERE metric = 'cpu_hours'), 0) AS cpu_hours,
    coalesce(sum(value) FILTER (WHERE metric = 'storage_gb_hours'), 0) AS storage_gb_hours,
    sum(genai_tokens) AS genai_tokens,
    sum(carbon_kg) AS carbon_kg
FROM usage_events
GROUP BY ALL
