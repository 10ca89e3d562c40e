-- Where visitors are lost on the way to a purchase, newest month
WITH newest AS (
    SELECT max(event_month) AS event_month
    FROM funnel_by_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "funnel_by_month$partitions")
)

SELECT
    f.event_month,
    f.step_number,
    f.step,
    f.events,
    f.sessions,
    round(100e0 * CAST(f.step_conversion AS double), 1) AS step_conversion_pct,
    round(100e0 * CAST(f.drop_off AS double), 1) AS drop_off_pct,
    round(100e0 * CAST(f.overall_conversion AS double), 1) AS overall_conversion_pct
FROM funnel_by_month AS f
INNER JOIN newest AS n ON f.year = CAST(year(n.event_month) AS integer) AND f.event_month = n.event_month
ORDER BY f.step_number
