-- GenAI tokens and their cost per day, last 30 days
WITH newest AS (
    SELECT
        max(CAST(year AS integer)) AS year,
        max_by(CAST(month AS integer), 12 * CAST(year AS integer) + CAST(month AS integer)) AS month
    FROM "genai_tokens_by_org_date$partitions"
),

bounds AS (
    SELECT max(g.usage_date) - INTERVAL '30' DAY AS day_before
    FROM genai_tokens_by_org_date AS g
    INNER JOIN newest AS n ON g.year = n.year AND g.month = n.month
),

recent AS (
    SELECT g.*
    FROM genai_tokens_by_org_date AS g
    INNER JOIN bounds AS b
        ON
            g.year = CAST(year(b.day_before) AS integer)
            AND g.month >= CAST(month(b.day_before) AS integer)
            AND g.usage_date > b.day_before
    UNION ALL
    SELECT g.*
    FROM genai_tokens_by_org_date AS g
    INNER JOIN bounds AS b ON g.year > CAST(year(b.day_before) AS integer)
)

SELECT
    usage_date,
    sum(genai_tokens) AS genai_tokens,
    sum(cost_usd) AS cost_usd,
    count(*) AS organisations,
    round(
        1000e0 * CAST(sum(cost_usd) AS double) / nullif(CAST(sum(genai_tokens) AS double), 0e0), 4
    ) AS cost_per_1k_tokens
FROM recent
GROUP BY usage_date
ORDER BY usage_date
