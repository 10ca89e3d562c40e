SELECT
    campaign,
    channel,
    date_trunc('month', t."timestamp")::DATE AS touch_month,
    count(*) AS touches,
    count(*) FILTER (WHERE clicked) AS clicks,
    count(*) FILTER (WHERE converted) AS conversions,
    exact_ratio(count(*) FILTER (WHERE clicked), count(*)) AS click_rate,
    exact_ratio(count(*) FILTER (WHERE converted), count(*)) AS conversion_rate
FROM marketing_touches AS t
GROUP BY ALL
