-- GenAI tokens of each organisation by month, against the month before
WITH months AS (
    SELECT
        org_id,
        CAST(date_trunc('month', usage_date) AS date) AS usage_month,
        sum(genai_tokens) AS genai_tokens,
        sum(cost_usd) AS cost_usd
    FROM genai_tokens_by_org_date
    GROUP BY org_id, CAST(date_trunc('month', usage_date) AS date)
)

SELECT
    m.org_id,
    m.usage_month,
    m.genai_tokens,
    m.cost_usd,
    round(
        100e0 * CAST(m.genai_tokens - b.genai_tokens AS double) / nullif(CAST(b.genai_tokens AS double), 0e0), 1
    ) AS tokens_change_pct
FROM months AS m
LEFT JOIN months AS b ON b.org_id = m.org_id AND b.usage_month = m.usage_month - INTERVAL '1' MONTH
ORDER BY m.org_id, m.usage_month
