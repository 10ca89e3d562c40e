WITH days AS (
    SELECT
        org_id,
        event_ts::DATE AS usage_date,
        sum(e.genai_tokens) AS genai_tokens,
        sum(cost_usd_increment) AS cost_usd,
        count(*) AS events
    FROM usage_events AS e
    WHERE e.genai_tokens IS NOT NULL
    GROUP BY ALL
)
SELECT
    *,
    -- Both operands are millionths; the dividend is multiplied by 1000 for the cost of 1000 tokens.
    exact_ratio(cost_usd::DECIMAL(38, 6) * 1000 * 1000000, (genai_tokens * 1000000)::HUGEINT) AS cost_per_1k_tokens
FROM days
