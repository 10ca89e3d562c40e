-- Events by hour (UTC) and day of the week in the newest month
SELECT
    event_hour,
    sum(CASE WHEN event_dow = 1 THEN events ELSE 0 END) AS monday,
    sum(CASE WHEN event_dow = 2 THEN events ELSE 0 END) AS tuesday,
    sum(CASE WHEN event_dow = 3 THEN events ELSE 0 END) AS wednesday,
    sum(CASE WHEN event_dow = 4 THEN events ELSE 0 END) AS thursday,
    sum(CASE WHEN event_dow = 5 THEN events ELSE 0 END) AS friday,
    sum(CASE WHEN event_dow = 6 THEN events ELSE 0 END) AS saturday,
    sum(CASE WHEN event_dow = 7 THEN events ELSE 0 END) AS sunday,
    sum(events) AS events
FROM activity_heatmap_month
WHERE event_month = (SELECT max(event_month) FROM activity_heatmap_month)
GROUP BY event_hour
ORDER BY event_hour
