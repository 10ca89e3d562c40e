"""Support tickets by the day on which they were opened."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.tickets_by_org_date import build
from domains.cloud_provider.marts import TICKETS_BY_ORG_DATE
from domains.cloud_provider.tables import SUPPORT_TICKETS
from tests.frames import assert_published, frame


def test_each_rate_has_its_own_denominator(spark: SparkSession) -> None:
    tickets = frame(
        spark,
        SUPPORT_TICKETS.columns,
        """
        ticket_id | org_id | severity | created_at | resolved_at | csat | sla_breached
        t1        | org_1  | critical | 2025-07-02 | 2025-07-08  | 4    | true
        t2        | org_1  | critical | 2025-07-02 | 2025-07-02  | null | false
        t3        | org_1  | critical | 2025-07-02 | null        | 5    | false
        t4        | org_1  | low      | 2025-07-02 | null        | null | true
        t5        | org_1  | low      | 2025-07-03 | 2026-07-03  | 1.33 | false
        """,
    )
    assert_published(
        build(tickets),
        TICKETS_BY_ORG_DATE,
        """
        org_id | ticket_date | severity | tickets | open_tickets | sla_breached | sla_breach_rate | avg_csat | avg_resolution_days | csat_answers | csat_total
        org_1  | 2025-07-02  | critical | 3       | 1            | 1            | 0.333333        | 4.500000 | 3.000000            | 2            | 9.00
        org_1  | 2025-07-02  | low      | 1       | 1            | 1            | 1.000000        | null     | null                | 0            | null
        org_1  | 2025-07-03  | low      | 1       | 0            | 0            | 0.000000        | 1.330000 | 365.000000          | 1            | 1.33
        """,
    )
