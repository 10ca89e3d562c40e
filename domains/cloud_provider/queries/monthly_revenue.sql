-- Monthly revenue in USD with credits and taxes
SELECT
    billing_month,
    sum(invoices) AS invoices,
    sum(subtotal_usd) AS subtotal_usd,
    sum(credits_usd) AS credits_usd,
    sum(revenue_usd) AS revenue_usd,
    sum(taxes_usd) AS taxes_usd,
    sum(total_usd) AS total_usd
FROM revenue_by_org_month
GROUP BY billing_month
ORDER BY billing_month
