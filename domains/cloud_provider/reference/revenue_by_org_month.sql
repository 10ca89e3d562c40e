WITH invoices AS (
    SELECT
        org_id,
        billing_month,
        round(subtotal::DECIMAL(19, 6) * exchange_rate_to_usd, 6)::DECIMAL(38, 6) AS subtotal_usd,
        round(credits::DECIMAL(19, 6) * exchange_rate_to_usd, 6)::DECIMAL(38, 6) AS credits_usd,
        round(taxes::DECIMAL(19, 6) * exchange_rate_to_usd, 6)::DECIMAL(38, 6) AS taxes_usd
    FROM billing_monthly
)
SELECT
    org_id,
    billing_month,
    count(*) AS invoices,
    sum(subtotal_usd) AS subtotal_usd,
    sum(coalesce(credits_usd, 0)) AS credits_usd,
    sum(coalesce(taxes_usd, 0)) AS taxes_usd,
    sum(subtotal_usd) - sum(coalesce(credits_usd, 0)) AS revenue_usd,
    sum(subtotal_usd) - sum(coalesce(credits_usd, 0)) + sum(coalesce(taxes_usd, 0)) AS total_usd
FROM invoices
GROUP BY ALL
