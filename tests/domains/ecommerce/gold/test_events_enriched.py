"""Events with the category of their product and the attributes of their visit."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.ecommerce.gold.events_enriched import build
from domains.ecommerce.marts import EVENTS_ENRICHED
from domains.ecommerce.tables import EVENTS, PRODUCTS, SESSIONS
from tests.frames import assert_published, frame


def test_events_get_attributes_of_a_known_visit_and_product(spark: SparkSession) -> None:
    actual = build(
        events=frame(
            spark,
            EVENTS.columns,
            """
            event_id | session_id | event_ts            | event_type  | product_id | qty  | cart_size | payment | discount_pct | amount_usd
            1        | 20         | 2025-12-01 00:00:00 | page_view   | 101        | null | null      | null    | null         | null
            2        | 20         | 2025-12-07 13:30:00 | purchase    | null       | null | 2         | card    | 10.00        | 40.00
            3        | 99         | 2025-12-07 23:59:59 | add_to_cart | 999        | 3    | null      | null    | null         | null
            4        | null       | 2025-12-08 00:00:00 | checkout    | null       | null | 1         | null    | null         | null
            """,
        ),
        sessions=frame(
            spark,
            SESSIONS.columns,
            """
            session_id | customer_id | device | source  | country
            20         | 7           | mobile | organic | BR
            21         | 8           | tablet | email   | DE
            """,
        ),
        products=frame(
            spark,
            PRODUCTS.columns,
            """
            product_id | category | name
            101        | Books    | Atlas
            """,
        ),
    )
    assert_published(
        actual,
        EVENTS_ENRICHED,
        """
        event_id | session_id | event_ts            | event_date | event_hour | event_dow | event_type  | product_id | qty  | cart_size | payment | discount_pct | amount_usd | category | customer_id | device | source  | country
        1        | 20         | 2025-12-01 00:00:00 | 2025-12-01 | 0          | 1         | page_view   | 101        | null | null      | null    | null         | null       | Books    | 7           | mobile | organic | BR
        2        | 20         | 2025-12-07 13:30:00 | 2025-12-07 | 13         | 7         | purchase    | null       | null | 2         | card    | 10.00        | 40.00      | null     | 7           | mobile | organic | BR
        3        | 99         | 2025-12-07 23:59:59 | 2025-12-07 | 23         | 7         | add_to_cart | 999        | 3    | null      | null    | null         | null       | null     | null        | null   | null    | null
        4        | null       | 2025-12-08 00:00:00 | 2025-12-08 | 0          | 1         | checkout    | null       | null | 1         | null    | null         | null       | null     | null        | null   | null    | null
        """,
    )
