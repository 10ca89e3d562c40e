"""GenAI tokens and their cost per day."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.gold.genai_tokens_by_org_date import build
from domains.cloud_provider.marts import GENAI_TOKENS_BY_ORG_DATE
from domains.cloud_provider.tables import USAGE_EVENTS
from tests.frames import assert_published, frame

COLUMNS = (*USAGE_EVENTS.columns, *USAGE_EVENTS.enrichment)


def test_only_events_that_carry_tokens_count(spark: SparkSession) -> None:
    events = frame(
        spark,
        COLUMNS,
        """
        event_id | org_id | usage_date | service | genai_tokens | cost_usd_increment
        e1       | org_1  | 2025-07-14 | genai   | 1000         | 1
        e2       | org_1  | 2025-07-14 | genai   | 2000         | 1
        e3       | org_1  | 2025-07-14 | genai   | null         | 100
        e4       | org_1  | 2025-07-14 | compute | null         | 100
        e5       | org_1  | 2025-07-15 | genai   | 0            | 3
        e6       | org_2  | 2025-07-15 | genai   | 0.5          | 0.000001
        e7       | org_3  | 2025-07-15 | genai   | null         | 1
        """,
    )
    assert_published(
        build(events),
        GENAI_TOKENS_BY_ORG_DATE,
        """
        org_id | usage_date | genai_tokens | cost_usd | events | cost_per_1k_tokens
        org_1  | 2025-07-14 | 3000.000000  | 2.000000 | 2      | 0.666667
        org_1  | 2025-07-15 | 0.000000     | 3.000000 | 1      | null
        org_2  | 2025-07-15 | 0.500000     | 0.000001 | 1      | 0.002000
        """,
    )


def test_absurd_amounts_are_published(spark: SparkSession) -> None:
    rows = "\n".join(
        f"e{number} | org_1 | 2025-07-14 | 999999999999.999999 | 999999999999.999999" for number in range(200)
    )
    events = frame(
        spark, COLUMNS, f"event_id | org_id | usage_date | genai_tokens | cost_usd_increment\n{rows}"
    )
    assert_published(
        build(events),
        GENAI_TOKENS_BY_ORG_DATE,
        """
        genai_tokens           | cost_per_1k_tokens
        199999999999999.999800 | 1000.000000
        """,
    )
