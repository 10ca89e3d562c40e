"""Datasets are queried once, and again when their files change."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from dashboard.data.athena import Answer
from dashboard.data.datasets import Datasets, columns_of, sql_of
from dashboard.errors import DashboardError
from lake.model.dashboards.fields import Dataset, gold, named_query
from lake.model.discovery import load_domain
from tests.dashboard.gold import NAMES, Gold
from tests.dashboard.shop import shop

ORDERS = gold("fact_orders_enriched", date="order_date")
SEGMENTS = gold("customer_rfm")
NINE = dt.datetime(2026, 11, 27, 9, 0, tzinfo=dt.UTC)


def minutes() -> Callable[[], dt.datetime]:
    """Return a clock that starts at nine and is a minute later at each look."""
    passed = itertools.count()
    return lambda: NINE + dt.timedelta(minutes=next(passed))


def test_a_dataset_reads_the_columns_of_all_visuals_and_filters() -> None:
    assert columns_of(load_domain("ecommerce"))[ORDERS] == (
        "country",
        "customer_id",
        "device",
        "order_date",
        "total_usd",
    )


def test_the_sql_names_the_table_or_wraps_the_named_query() -> None:
    shop_domain, provider = load_domain("ecommerce"), load_domain("cloud_provider")
    assert sql_of(shop_domain, ORDERS, ("country",)) == 'SELECT "country" FROM "fact_orders_enriched"'
    growth: Dataset = named_query("genai_growth_by_org")
    text = sql_of(provider, growth, ("org_id", "genai_tokens"))
    assert text.startswith('SELECT "org_id", "genai_tokens" FROM (\n-- GenAI tokens')
    assert text.endswith("\n)")


def test_each_dataset_is_queried_once_until_its_table_changes() -> None:
    tables = shop()
    datasets = tables.datasets()
    datasets.load()
    assert len(tables.asked) == len(set(tables.asked)) == len(columns_of(tables.domain))
    datasets.load()
    assert len(tables.asked) == len(columns_of(tables.domain))
    tables.add("customer_rfm", {"customer_id": 99, "segment": "loyal"})
    datasets.load()
    assert tables.asked[len(columns_of(tables.domain)) :] == [
        'SELECT "monetary_usd", "segment" FROM "customer_rfm"'
    ]
    found = datasets.get(gold("customer_rfm")).frame
    assert found is not None
    assert found.size == 4


def test_a_failed_query_keeps_the_rows_at_hand_until_one_succeeds() -> None:
    class Throttled:
        is_busy = False

        def ask(self, sql: str, database: str) -> Answer:
            if self.is_busy:
                raise DashboardError("Athena refused the query: too many requests.", hint="Wait.")
            return tables.ask(sql, database)

    tables, source = shop(), Throttled()
    datasets = Datasets(tables.domain, NAMES, source, tables, now=minutes())
    datasets.load()
    tables.add("customer_rfm", {"customer_id": 99, "segment": "loyal"})
    source.is_busy = True
    datasets.load()
    kept = datasets.get(SEGMENTS)
    assert (kept.frame.size if kept.frame else 0, kept.looked) == (3, NINE)
    assert kept.error is not None
    assert kept.error.what == "Athena refused the query: too many requests."
    assert datasets.get(ORDERS).error is None
    source.is_busy = False
    datasets.load()
    fresh = datasets.get(SEGMENTS)
    assert (fresh.frame.size if fresh.frame else 0, fresh.error) == (4, None)


def test_a_failed_query_leaves_the_others_and_is_tried_again() -> None:
    tables = shop()
    tables.drop("customer_rfm")
    datasets = tables.datasets()
    datasets.load()
    lacking = datasets.get(gold("customer_rfm"))
    assert lacking.frame is None
    assert lacking.error is not None
    assert "customer_rfm" in lacking.error.what
    assert datasets.get(ORDERS).frame is not None
    before = len(tables.asked)
    datasets.load()
    assert len(tables.asked) == before + 1


def test_a_result_that_cannot_be_read_is_an_error_of_its_cards_alone() -> None:
    class Broken(Gold):
        def ask(self, sql: str, database: str) -> Answer:
            found = super().ask(sql, database)
            if "customer_rfm" not in sql:
                return found
            return Answer(found.names, ["bigint" for _ in found.names], [["1.50", "champions"]])

    tables = Broken("ecommerce")
    datasets = tables.datasets()
    datasets.load()
    error = datasets.get(gold("customer_rfm")).error
    assert error is not None
    assert error.what.startswith("the result of the query on customer_rfm cannot be read: ValueError")
    assert datasets.get(ORDERS).frame is not None


def test_rows_at_hand_stay_while_files_cannot_be_listed() -> None:
    class Unreliable:
        is_gone = False

        def get_paginator(self, operation: str) -> Any:
            if self.is_gone:
                raise EndpointConnectionError(endpoint_url="https://s3")
            return tables.get_paginator(operation)

    tables, place = shop(), Unreliable()
    datasets = Datasets(tables.domain, NAMES, tables, place, now=minutes())
    datasets.load()
    asked = len(tables.asked)
    place.is_gone = True
    datasets.load()
    found = datasets.get(ORDERS)
    assert found.frame is not None
    assert found.error is not None
    assert "the tables cannot be listed" in found.error.what
    assert found.looked == NINE
    place.is_gone = False
    datasets.load()
    assert len(tables.asked) == asked
    assert datasets.get(ORDERS).error is None
    assert datasets.get(ORDERS).looked == NINE + dt.timedelta(minutes=2)


def test_files_that_cannot_be_listed_are_an_error_of_every_dataset() -> None:
    tables = Gold("ecommerce")

    class Denied:
        def get_paginator(self, operation: str) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    datasets = Datasets(tables.domain, NAMES, tables, Denied())
    datasets.load()
    error = datasets.get(ORDERS).error
    assert error is not None
    assert "the tables cannot be listed" in error.what
    assert error.hint == "See that the lake is deployed and runs: `caudal status`."
