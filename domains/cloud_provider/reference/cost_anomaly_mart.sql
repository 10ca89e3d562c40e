-- Costs are integers of millionths, so that twice the median and four times the MAD are integers too.
WITH costs AS (
    SELECT org_id, service, usage_date, (cost_usd * 1000000)::HUGEINT AS cost
    FROM org_daily_usage_by_service
),

scoped AS (
    SELECT org_id, service, cost FROM costs
    UNION ALL
    SELECT NULL, service, cost FROM costs
),

sorted AS (
    SELECT org_id, service, list(cost ORDER BY cost) AS xs, count(*) AS n, sum(cost) AS total,
        sum(cost * cost) AS squares
    FROM scoped
    GROUP BY org_id, service
),

medians AS (
    SELECT *, xs[(n + 1) // 2] + xs[n // 2 + 1] AS median2
    FROM sorted
),

models AS (
    SELECT
        org_id,
        service,
        n,
        total,
        n * squares - total * total AS spread,
        median2,
        list_sort([abs(2 * x - median2) FOR x IN xs]) AS distances2,
        distances2[(n + 1) // 2] + distances2[n // 2 + 1] AS mad4,
        99 * (n - 1) // 100 + 1 AS below,
        99 * (n - 1) % 100 AS weight,
        xs[below] * 100 + (xs[least(below + 1, n)] - xs[below]) * weight AS p99_100
    FROM medians
),

judged AS (
    SELECT costs.*, coalesce(own.n, 0) AS observations, model.* EXCLUDE (org_id, service)
    FROM costs
    LEFT JOIN models AS own ON own.org_id = costs.org_id AND own.service = costs.service
    INNER JOIN models AS model
        ON
            model.service = costs.service
            AND model.org_id IS NOT DISTINCT FROM CASE WHEN own.n >= 14 THEN costs.org_id END
),

scored AS (
    SELECT
        *,
        -- (cost - mean) / stddev = (n cost - total) / sqrt(n spread / (n - 1))
        (n * cost - total)::DOUBLE / nullif(sqrt(n::DOUBLE * spread::DOUBLE / nullif(n - 1, 0)), 0) AS z,
        coalesce(
            n * cost > total AND (n * cost - total) * (n * cost - total) * (n - 1) > 9 * n * spread
            AND spread > 0, FALSE
        ) AS is_zscore,
        -- 0.6745 (cost - median) / mad = 1349 (2 cost - median2) / (1000 mad4)
        exact_ratio(1349 * (2 * cost - median2), 1000 * mad4) AS mad_score,
        1349 * (2 * cost - median2) > 3500 * mad4 AND mad4 > 0 AS is_mad,
        100 * cost > p99_100 AS is_p99
    FROM judged
)

SELECT
    org_id,
    usage_date,
    service,
    cost::DECIMAL(38, 0) * CAST(0.000001 AS DECIMAL(6, 6)) AS cost_usd,
    observations,
    -- The text of a double is exact; a cast from double to decimal would round in binary.
    round(z::VARCHAR::DECIMAL(38, 20), 6) AS zscore,
    mad_score,
    exact_ratio(p99_100, 100 * 1000000) AS p99_usd,
    is_zscore,
    is_mad,
    is_p99,
    is_zscore::INTEGER + is_mad::INTEGER + is_p99::INTEGER AS anomaly_score,
    is_zscore::INTEGER + is_mad::INTEGER + is_p99::INTEGER >= 2 AS is_anomaly,
    'cold-start' AS model_version,
    -- Bounds: median ± 3.5 mad / 0.6745 = (1349 median2 ± 3500 mad4) / 2698; none where mad is 0.
    CASE WHEN mad4 > 0 THEN exact_ratio(median2, 2 * 1000000) END AS expected_usd,
    CASE WHEN mad4 > 0 THEN greatest(exact_ratio(1349 * median2 - 3500 * mad4, 2698::HUGEINT * 1000000), 0) END
        AS lower_usd,
    CASE WHEN mad4 > 0 THEN exact_ratio(1349 * median2 + 3500 * mad4, 2698::HUGEINT * 1000000) END AS upper_usd,
    CASE WHEN mad4 > 0 THEN greatest(cost_usd - upper_usd, 0) END AS impact_usd,
    verdict
FROM scored
LEFT JOIN (SELECT org_id, usage_date, service, verdict FROM anomaly_feedback) AS feedback
    USING (org_id, usage_date, service)
