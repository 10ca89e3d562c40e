-- GenAI tokens and their cost per day, last 30 days
WITH bounds AS (
    SELECT max(usage_date) - INTERVAL '30' DAY AS day_before
    FROM genai_tokens_by_org_date
)

SELECT
    g.usage_date,
    sum(g.genai_tokens) AS genai_tokens,
    sum(g.cost_usd) AS cost_usd,
    count(*) AS organisations,
    round(
        1000e0 * CAST(sum(g.cost_usd) AS double) / nullif(CAST(sum(g.genai_tokens) AS double), 0e0), 4
    ) AS cost_per_1k_tokens
FROM genai_tokens_by_org_date AS g
INNER JOIN bounds AS b ON g.usage_date > b.day_before
GROUP BY g.usage_date
ORDER BY g.usage_date
