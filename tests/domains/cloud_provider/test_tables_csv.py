"""Every check of the CSV tables: values that just fail it and values that just pass it."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.tables import (
    ANOMALY_FEEDBACK,
    BILLING_MONTHLY,
    CUSTOMERS_ORGS,
    MARKETING_TOUCHES,
    NPS_SURVEYS,
    RESOURCES,
    SUPPORT_TICKETS,
    USERS,
)
from tests.domains.cloud_provider.check_cases import flagged, good, mismatches, quarantined

RATE = "exchange_rate_to_usd"


def test_rows_of_customers_orgs_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {"org_id": "org_1", "signup_date": "2025-05-26", "is_enterprise": "True", "nps_score": "-3.0"}
    cases = [
        good({"nps_score": "-3.00", "is_enterprise": "true"}),
        good(nps_score=None, signup_date=None, is_enterprise=None),
        good({"nps_score": "250.00"}, nps_score="250"),
        quarantined("org_id.not_null", org_id=None),
        flagged("nps_score.type", {"nps_score": None}, nps_score="good"),
        flagged("signup_date.type", {"signup_date": None}, signup_date="26/05/2025"),
        flagged("is_enterprise.type", {"is_enterprise": None}, is_enterprise="yes"),
    ]
    assert not mismatches(spark, CUSTOMERS_ORGS, base, cases)


def test_rows_of_anomaly_feedback_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {"org_id": "org_1", "usage_date": "2025-07-14", "service": "genai", "verdict": "planned"}
    cases = [
        good(),
        good(verdict="confirmed"),
        good(verdict="false_alarm", note="a sale", given_by="ann"),
        good({"service": "genai"}, service="GenAI"),
        good(usage_date="2099-01-01"),
        quarantined("org_id.not_null", org_id=None),
        quarantined("usage_date.not_null", usage_date=None),
        quarantined("usage_date.type", usage_date="14/07/2025"),
        quarantined("service.not_null", service=None),
        quarantined("service.allowed", service="gen ai"),
        quarantined("verdict.not_null", verdict=None),
        quarantined("verdict.allowed", verdict="maybe"),
        quarantined("verdict.allowed", verdict="Planned"),
    ]
    assert not mismatches(spark, ANOMALY_FEEDBACK, base, cases)


def test_rows_of_users_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {"user_id": "user_1", "org_id": "org_1", "active": "True", "created_at": "2025-07-10"}
    cases = [
        good({"last_login": None, "active": "true"}),
        good({"last_login": "2025-08-10"}, last_login="2025-08-10"),
        quarantined("user_id.not_null", user_id=None),
        quarantined("org_id.not_null", org_id=None),
        flagged("active.type", {"active": None}, active="1"),
        flagged("created_at.type", {"created_at": None}, created_at="2025-7-10"),
        flagged("last_login.type", {"last_login": None}, last_login="2025-08-10T10:00:00"),
    ]
    assert not mismatches(spark, USERS, base, cases)


def test_rows_of_resources_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {"resource_id": "res_1", "org_id": "org_1", "service": "compute", "created_at": "2025-08-14"}
    cases = [
        good(),
        good({"org_id": None, "tags_json": None}, org_id=None),
        good({"tags_json": '["env:prod", "pii:true"]'}, tags_json='["env:prod", "pii:true"]'),
        quarantined("resource_id.not_null", resource_id=None),
        quarantined("service.not_null", service=None),
        flagged("created_at.type", {"created_at": None}, created_at="soon"),
    ]
    assert not mismatches(spark, RESOURCES, base, cases)


INVOICE = {
    "invoice_id": "inv_1", "org_id": "org_1", "billing_month": "2025-06-01", "subtotal": "1133.34",
    "credits": "5", "taxes": "238.0", "currency": "EUR", RATE: "1.0106",
}  # fmt: skip


def test_rows_of_invoices_fail_only_the_expected_checks(spark: SparkSession) -> None:
    cases = [
        good({"subtotal": "1133.340000", "exchange_rate_to_usd": "1.010600"}),
        good({"billing_month": "2025-06-01"}, billing_month="2025-06-30"),
        good({"credits": "0.000000", "taxes": "0.000000"}, credits=None, taxes=None),
        *(
            quarantined(f"{name}.not_null", **{name: None})
            for name in ("invoice_id", "org_id", "currency", "subtotal")
        ),
        quarantined("month.not_null", billing_month=None),
        quarantined("month.type", billing_month="2025-06"),
        good({"billing_month": "2026-02-01"}, billing_month="2026-02-28"),
        quarantined("month.future", billing_month="2026-03-01"),
        quarantined("subtotal.type", subtotal="a lot"),
        quarantined("credits.type", credits="none"),
        quarantined("taxes.type", taxes="21%"),
        good({"subtotal": "0.000000"}, subtotal="0"),
        flagged("subtotal.negative", {"subtotal": "-1125.540000"}, subtotal="-1125.54"),
        quarantined("currency.allowed", currency="GBP"),
        quarantined("currency.allowed", currency="eur"),
    ]
    assert not mismatches(spark, BILLING_MONTHLY, INVOICE, cases)


def test_rows_of_exchange_rates_fail_only_the_expected_checks(spark: SparkSession) -> None:
    not_one = "exchange_rate_to_usd.usd_not_one"
    cases = [
        *(
            flagged(not_one, {RATE: "1.000000"}, currency="USD", exchange_rate_to_usd=written)
            for written in ("0.97684", "1.000001", "0", "-1", "abc", None)
        ),
        *(
            good({RATE: "1.000000"}, currency="USD", exchange_rate_to_usd=written)
            for written in ("1", "1.0", "1.0000004")
        ),
        good({RATE: "0.000001"}, currency="ARS", exchange_rate_to_usd="0.000001"),
        *(
            quarantined("exchange_rate_to_usd.range", currency="ARS", exchange_rate_to_usd=written)
            for written in ("0", "0.0000004", "-0.0015", "n/a", None, "1000000")
        ),
    ]
    assert not mismatches(spark, BILLING_MONTHLY, INVOICE, cases)


def test_rows_of_support_tickets_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {
        "ticket_id": "tkt_1", "org_id": "org_1", "severity": "low", "created_at": "2025-07-02",
        "resolved_at": "2025-07-08", "csat": "4.0", "sla_breached": "False",
    }  # fmt: skip
    cases = [
        good({"csat": "4.00", "sla_breached": "false"}),
        *(good(severity=severity) for severity in ("medium", "high", "critical")),
        quarantined("severity.allowed", severity="urgent"),
        quarantined("severity.allowed", severity="Low"),
        quarantined("severity.not_null", severity=None),
        quarantined("ticket_id.not_null", ticket_id=None),
        quarantined("org_id.not_null", org_id=None),
        quarantined("created_at.not_null", created_at=None),
        quarantined("created_at.type", created_at="2025-07-02 10:00:00"),
        quarantined("created_at.future", created_at="2026-01-04", resolved_at=None),
        good(resolved_at="2025-07-02"),
        good({"resolved_at": None}, resolved_at=None),
        quarantined("resolved_at.before_created", resolved_at="2025-07-01"),
        flagged("resolved_at.type", {"resolved_at": None}, resolved_at="open"),
        good({"csat": "1.00"}, csat="1"),
        good({"csat": "5.00"}, csat="5.004"),
        good({"csat": None}, csat=None),
        flagged("csat.range", {"csat": None}, csat="0.99"),
        flagged("csat.range", {"csat": None}, csat="5.005"),
        flagged("csat.range", {"csat": None}, csat="7.0"),
        quarantined("csat.type", csat="fine"),
        good({"sla_breached": "false"}, sla_breached=None),
        good({"sla_breached": "true"}, sla_breached="TRUE"),
        flagged("sla_breached.type", {"sla_breached": "false"}, sla_breached="0"),
    ]
    assert not mismatches(spark, SUPPORT_TICKETS, base, cases)


def test_rows_of_marketing_touches_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {
        "touch_id": "mkt_1", "org_id": "org_1", "campaign": "welcome", "channel": "ads",
        "timestamp": "2025-08-26", "clicked": "False", "converted": "False",
    }  # fmt: skip
    cases = [
        good({"timestamp": "2025-08-26 00:00:00"}),
        good({"timestamp": "2025-08-26 10:30:00"}, timestamp="2025-08-26T12:30:00+02:00"),
        good({"clicked": "false", "converted": "true"}, converted="True"),
        good({"clicked": "false", "converted": "false"}, clicked=None, converted=None),
        *(
            quarantined(f"{name}.not_null", **{name: None})
            for name in ("touch_id", "org_id", "campaign", "channel", "timestamp")
        ),
        quarantined("timestamp.type", timestamp="26 August"),
        quarantined("timestamp.future", timestamp="2026-01-04"),
        flagged("clicked.type", {"clicked": "false"}, clicked="maybe"),
        flagged("converted.type", {"converted": "false"}, converted="2"),
    ]
    assert not mismatches(spark, MARKETING_TOUCHES, base, cases)


def test_rows_of_nps_surveys_fail_only_the_expected_checks(spark: SparkSession) -> None:
    base = {"org_id": "org_1", "survey_date": "2025-08-22", "nps_score": "11.0"}
    cases = [
        good({"nps_score": "11.00"}),
        good({"nps_score": None}, nps_score=None),
        good({"nps_score": "-100.00"}, nps_score="-100"),
        good({"nps_score": "100.00"}, nps_score="100.004"),
        flagged("nps_score.range", {"nps_score": None}, nps_score="-100.01"),
        flagged("nps_score.range", {"nps_score": None}, nps_score="100.005"),
        quarantined("nps_score.type", nps_score="ten"),
        quarantined("org_id.not_null", org_id=None),
        quarantined("survey_date.not_null", survey_date=None),
        quarantined("survey_date.type", survey_date="2025-08-22T00:00:00"),
        quarantined("survey_date.future", survey_date="2026-01-04"),
    ]
    assert not mismatches(spark, NPS_SURVEYS, base, cases)
