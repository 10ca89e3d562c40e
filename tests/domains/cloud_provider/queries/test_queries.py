"""The Athena queries answer their questions, on tables of literal rows."""

from __future__ import annotations

import pytest

from domains.cloud_provider.domain import DOMAIN
from tests.domains.questions import Answer, answers_of
from tests.frames import parse


@pytest.fixture
def answer() -> Answer:
    return answers_of(DOMAIN)


def test_domain_answers_questions_six_to_eleven() -> None:
    assert [question.number for question in DOMAIN.questions] == [6, 7, 8, 9, 10, 11]


USAGE = """
    org_id | usage_date | service | cost_usd | events | requests
    org_1  | 2025-08-17 | genai   | 999      | 1      | 0
    org_1  | 2025-08-18 | compute | 5        | 2      | 10
    org_1  | 2025-08-31 | compute | 7        | 3      | 20
    org_1  | 2025-08-31 | genai   | 8        | 4      | 30
    org_2  | 2025-08-24 | compute | 999      | 1      | 40
    org_2  | 2025-08-25 | storage | 1        | 1      | 50
"""


def test_daily_cost_and_requests_cover_the_newest_seven_days(answer: Answer) -> None:
    assert answer("daily_cost_and_requests", org_daily_usage_by_service=USAGE) == parse(
        """
        usage_date | org_id | service | cost_usd | requests  | events
        2025-08-31 | org_1  | genai   | 8.000000 | 30.000000 | 4
        2025-08-31 | org_1  | compute | 7.000000 | 20.000000 | 3
        2025-08-25 | org_2  | storage | 1.000000 | 50.000000 | 1
        """
    )


def test_top_services_cover_the_newest_fourteen_days(answer: Answer) -> None:
    assert answer("top_services_overall", org_daily_usage_by_service=USAGE) == parse(
        """
        service | cost_usd    | events | organisations
        compute | 1011.000000 | 6      | 2
        genai   | 8.000000    | 4      | 1
        storage | 1.000000    | 1      | 1
        """
    )


def test_top_services_by_organisation_list_three_each(answer: Answer) -> None:
    usage = f"{USAGE}    org_1 | 2025-08-30 | storage | 3 | 1 | 0\n    org_1 | 2025-08-30 | database | 3 | 1 | 0\n"
    assert answer("top_services_by_org", org_daily_usage_by_service=usage) == parse(
        """
        org_id | cost_rank | service  | cost_usd
        org_1  | 1         | compute  | 12.000000
        org_1  | 2         | genai    | 8.000000
        org_1  | 3         | database | 3.000000
        org_2  | 1         | compute  | 999.000000
        org_2  | 2         | storage  | 1.000000
        """
    )


def test_critical_tickets_and_sla_cover_the_newest_thirty_days(answer: Answer) -> None:
    assert answer(
        "critical_tickets_and_sla",
        tickets_by_org_date="""
        org_id | ticket_date | severity | tickets | sla_breached
        org_1  | 2025-08-01  | critical | 9       | 9
        org_1  | 2025-08-02  | critical | 2       | 1
        org_2  | 2025-08-02  | critical | 1       | 0
        org_2  | 2025-08-02  | low      | 4       | 0
        org_2  | 2025-08-31  | low      | 3       | 1
        """,
    ) == parse(
        """
        ticket_date | critical_tickets | tickets | sla_breached | sla_breach_rate_pct
        2025-08-02  | 3                | 7       | 1            | 14.3
        2025-08-31  | 0                | 3       | 1            | 33.3
        """
    )


def test_monthly_revenue_is_summed_over_organisations(answer: Answer) -> None:
    assert answer(
        "monthly_revenue",
        revenue_by_org_month="""
        org_id | billing_month | invoices | subtotal_usd | credits_usd | taxes_usd | revenue_usd | total_usd
        org_1  | 2025-06-01    | 1        | 100          | 10          | 21        | 90          | 111
        org_2  | 2025-06-01    | 2        | 50           | 0           | 5         | 50          | 55
        org_1  | 2025-05-01    | 1        | -5           | 0           | 0         | -5          | -5
        """,
    ) == parse(
        """
        billing_month | invoices | subtotal_usd | credits_usd | revenue_usd | taxes_usd | total_usd
        2025-05-01    | 1        | -5.000000    | 0.000000    | -5.000000   | 0.000000  | -5.000000
        2025-06-01    | 3        | 150.000000   | 10.000000   | 140.000000  | 26.000000 | 166.000000
        """
    )


TOKENS = """
    org_id | usage_date | genai_tokens | cost_usd
    org_1  | 2025-07-31 | 1000         | 9
    org_1  | 2025-08-02 | 500          | 1
    org_2  | 2025-08-02 | 1500         | 2
    org_1  | 2025-08-30 | 0            | 4
    org_1  | 2025-08-31 | 700          | 0
"""


def test_genai_tokens_cover_the_newest_thirty_days(answer: Answer) -> None:
    assert answer("genai_tokens_daily", genai_tokens_by_org_date=TOKENS) == parse(
        """
        usage_date | genai_tokens | cost_usd | organisations | cost_per_1k_tokens
        2025-08-02 | 2000.000000  | 3.000000 | 2             | 1.5
        2025-08-30 | 0.000000     | 4.000000 | 1             | null
        2025-08-31 | 700.000000   | 0.000000 | 1             | 0.0
        """
    )


def test_genai_growth_compares_with_the_month_before(answer: Answer) -> None:
    assert answer("genai_growth_by_org", genai_tokens_by_org_date=TOKENS) == parse(
        """
        org_id | usage_month | genai_tokens | cost_usd | tokens_change_pct
        org_1  | 2025-07-01  | 1000.000000  | 9.000000 | null
        org_1  | 2025-08-01  | 1200.000000  | 5.000000 | 20.0
        org_2  | 2025-08-01  | 1500.000000  | 2.000000 | null
        """
    )


def test_cost_anomalies_come_newest_first(answer: Answer) -> None:
    header, rows = answer(
        "cost_anomalies",
        cost_anomaly_mart="""
        org_id | usage_date | service | cost_usd | anomaly_score | is_anomaly
        org_1  | 2025-08-01 | compute | 100      | 2             | true
        org_1  | 2025-08-02 | genai   | 300      | 3             | true
        org_1  | 2025-08-03 | genai   | 3        | 1             | false
        """,
    )
    assert header[:5] == ["org_id", "usage_date", "service", "cost_usd", "anomaly_score"]
    assert [row[:5] for row in rows] == [
        ("org_1", "2025-08-02", "genai", "300.000000", "3"),
        ("org_1", "2025-08-01", "compute", "100.000000", "2"),
    ]
