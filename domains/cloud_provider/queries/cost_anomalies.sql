-- Cost anomalies of each organisation, newest first
SELECT
    org_id,
    usage_date,
    service,
    cost_usd,
    anomaly_score,
    zscore,
    mad_score,
    p99_usd,
    observations
FROM cost_anomaly_mart
WHERE is_anomaly
ORDER BY org_id, usage_date DESC, service
