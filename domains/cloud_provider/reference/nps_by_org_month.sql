SELECT
    org_id,
    date_trunc('month', survey_date)::DATE AS survey_month,
    count(nps_score) AS responses,
    exact_ratio(sum(nps_score), count(nps_score)) AS avg_nps,
    (array_agg(nps_score ORDER BY survey_date DESC) FILTER (WHERE nps_score IS NOT NULL))[1] AS last_nps,
    sum(nps_score) AS nps_total
FROM nps_surveys
GROUP BY ALL
