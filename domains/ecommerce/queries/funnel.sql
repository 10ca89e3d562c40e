-- Where visitors are lost on the way to a purchase, newest month
SELECT
    event_month,
    step_number,
    step,
    events,
    sessions,
    round(100e0 * CAST(step_conversion AS double), 1) AS step_conversion_pct,
    round(100e0 * CAST(drop_off AS double), 1) AS drop_off_pct,
    round(100e0 * CAST(overall_conversion AS double), 1) AS overall_conversion_pct
FROM funnel_by_month
WHERE event_month = (SELECT max(event_month) FROM funnel_by_month)
ORDER BY step_number
