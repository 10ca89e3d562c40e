-- Events by hour (UTC) and day of the week in the newest month
WITH newest AS (
    SELECT max(event_month) AS event_month
    FROM activity_heatmap_month
    WHERE year = (SELECT max(CAST(year AS integer)) FROM "activity_heatmap_month$partitions")
)

SELECT
    a.event_hour,
    sum(CASE WHEN a.event_dow = 1 THEN a.events ELSE 0 END) AS monday,
    sum(CASE WHEN a.event_dow = 2 THEN a.events ELSE 0 END) AS tuesday,
    sum(CASE WHEN a.event_dow = 3 THEN a.events ELSE 0 END) AS wednesday,
    sum(CASE WHEN a.event_dow = 4 THEN a.events ELSE 0 END) AS thursday,
    sum(CASE WHEN a.event_dow = 5 THEN a.events ELSE 0 END) AS friday,
    sum(CASE WHEN a.event_dow = 6 THEN a.events ELSE 0 END) AS saturday,
    sum(CASE WHEN a.event_dow = 7 THEN a.events ELSE 0 END) AS sunday,
    sum(a.events) AS events
FROM activity_heatmap_month AS a
INNER JOIN newest AS n ON a.year = CAST(year(n.event_month) AS integer) AND a.event_month = n.event_month
GROUP BY a.event_hour
ORDER BY a.event_hour
