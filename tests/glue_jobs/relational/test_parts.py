"""Small tables share a query, large ones have their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from glue_jobs.relational.parts import SMALL_BYTES, Ask, queries_of
from glue_jobs.relational.sources import Source
from glue_jobs.runtime.store import Listed
from lake.files.sizes import EXPANSION
from lake.model.discovery import load_domain
from lake.model.relational.schema import relational_schemas

SCHEMAS = {schema.name: schema for schema in relational_schemas(load_domain("ecommerce"))}
LARGEST = SMALL_BYTES // EXPANSION
"""Stored bytes of the largest months of a table that are small."""


def ask(table: str, *months: int, **sizes: int) -> Ask:
    """Return the question for `months` of a table whose months have the stored sizes `m1=…`."""
    files = {
        int(name[1:]): (
            Listed(key=f"{name}.parquet", size=size, etag=name, modified=datetime(2026, 1, 1, tzinfo=UTC)),
        )
        for name, size in sizes.items()
    }
    return Ask(
        source=Source(schema=SCHEMAS[table], bucket="b", prefix="p/", months=files),
        months=months,
    )


def test_small_tables_share_a_query() -> None:
    orders, products = ask("orders", 1, 2, m1=5, m2=LARGEST - 5), ask("products", 0, m0=LARGEST)
    events, reviews = ask("events", 1, m1=LARGEST + 1), ask("reviews", 1, 2, m1=1, m2=LARGEST)
    assert queries_of([events, orders, reviews, products]) == [[orders, products], [events], [reviews]]


def test_only_the_months_asked_for_count() -> None:
    one = ask("orders", 1, m1=1, m2=LARGEST + 1)
    assert queries_of([one, replace(one, months=(2,)), ask("events", m1=1)]) == [
        [one],
        [replace(one, months=(2,))],
    ]


def test_nothing_asked_is_no_query() -> None:
    assert queries_of([ask("orders", m1=1)]) == []
