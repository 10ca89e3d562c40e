WITH ladder (step, step_number) AS (
    VALUES ('page_view', 1), ('add_to_cart', 2), ('checkout', 3), ('purchase', 4)
),

steps AS (
    SELECT
        date_trunc('month', e.event_date)::DATE AS event_month,
        ladder.step,
        ladder.step_number,
        count(*) AS events,
        count(DISTINCT e.session_id) AS sessions
    FROM events_enriched AS e
    INNER JOIN ladder ON ladder.step = e.event_type
    GROUP BY ALL
),

compared AS (
    SELECT
        steps.*,
        (
            SELECT arg_max(earlier.sessions, earlier.step_number)
            FROM steps AS earlier
            WHERE earlier.event_month = steps.event_month AND earlier.step_number < steps.step_number
        ) AS earlier_sessions,
        (
            SELECT max(entry.sessions)
            FROM steps AS entry
            WHERE entry.event_month = steps.event_month AND entry.step = 'page_view'
        ) AS entered_sessions
    FROM steps
)

SELECT
    event_month,
    step,
    step_number,
    events,
    sessions,
    exact_ratio(sessions, earlier_sessions) AS step_conversion,
    1 - exact_ratio(sessions, earlier_sessions) AS drop_off,
    exact_ratio(sessions, entered_sessions) AS overall_conversion
FROM compared
