"""The read library: ranges, marts without a collection, and the documents of a question."""

from __future__ import annotations

import pytest

from lake.model.answers import Selection
from serving.read.errors import RangeError, UnservedError
from tests.domains.cloud_provider.asking import USAGE, D
from tests.domains.cloud_provider.marts_store import Store

MART = "org_daily_usage_by_service"
ORG = Selection(shape="org", keys=("a",))
QUESTION = 6


@pytest.mark.parametrize(("first", "last"), [(D(2025, 8, 2), D(2025, 8, 1)), (D(2024, 1, 1), D(2025, 1, 1))])
def test_range_that_is_empty_or_too_long_raises(store: Store, first: D, last: D) -> None:
    with pytest.raises(RangeError, match=r"question 6: .* Ask for 1 to 366 days"):
        store.reader.between(MART, [ORG], first, last, QUESTION)
    assert store.server.count() == 0


@pytest.mark.parametrize("days", [0, 100_000])
def test_number_of_newest_days_outside_the_declaration_raises(store: Store, days: int) -> None:
    with pytest.raises(RangeError, match="Ask for 1 to"):
        store.reader.newest(MART, [ORG], days, QUESTION)


def test_mart_that_was_never_published_raises(store: Store) -> None:
    with pytest.raises(UnservedError, match=f"mart {MART}: .* Run the pipeline"):
        store.reader.between(MART, [ORG], D(2025, 8, 1), D(2025, 8, 2), QUESTION)


def test_rows_outside_the_range_and_of_other_keys_are_left_out(store: Store) -> None:
    store.publish(MART, USAGE)
    first, last = D(2025, 8, 1), D(2025, 8, 31)
    found = store.reader.between(MART, [ORG], first, last, QUESTION)
    (embed,) = found.collection.shape("org").embeds
    rows = found.rows(ORG, embed.name, first, last)
    assert [(row["usage_date"], row["service"], row.provisional) for row in rows] == [
        (D(2025, 8, 1), "compute", False),
        (D(2025, 8, 1), "genai", False),
    ]
    assert found.rows(ORG, embed.name, D(2025, 8, 2), last) == []
    assert found.newest_day(ORG, embed.name) == D(2025, 8, 1)
    assert found.newest_day(Selection(shape="org", keys=("b",)), embed.name) is None


def test_tables_are_ordered_by_period(store: Store) -> None:
    store.publish(MART, USAGE)
    found = store.reader.between(MART, [ORG], D(2025, 7, 1), D(2025, 8, 31), QUESTION)
    (embed,) = found.collection.shape("org").embeds
    assert [(period, len(rows)) for period, rows in found.tables(ORG, embed.name)] == [
        (202507, 1),
        (202508, 2),
    ]
