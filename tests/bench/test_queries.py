"""Named queries are timed over a connection that has been used before."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from rich.console import Console

from bench import queries
from bench.measure import NAMES
from bench.queries import ROUNDS, Times, measure_queries, query_times
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")
GOLD = NAMES.database(SHOP.name, "gold")


class Athena:
    """Answers every query at once; lists two of the shop and one of another database."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def start_query_execution(self, *, QueryString: str, **_: Any) -> dict[str, Any]:
        self.asked.append(QueryString)
        return {"QueryExecutionId": "q"}

    def get_query_execution(self, **_: Any) -> dict[str, Any]:
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_paginator(self, name: str) -> Any:
        page: dict[str, Any] = {"ResultSet": {"Rows": [], "ResultSetMetadata": {"ColumnInfo": []}}}
        if name == "list_named_queries":
            page = {"NamedQueryIds": ["funnel", "trend", "other"]}

        class Pages:
            def paginate(self, **_: Any) -> list[dict[str, Any]]:
                return [page]

        return Pages()

    def get_named_query(self, *, NamedQueryId: str) -> dict[str, Any]:
        database = "elsewhere" if NamedQueryId == "other" else GOLD
        return {
            "NamedQuery": {"Database": database, "Name": NamedQueryId, "QueryString": f"-- {NamedQueryId}"}
        }


def test_the_first_round_is_not_counted() -> None:
    athena = Athena()
    # The first round takes a second for each query, each later one 20 ms longer than the one before.
    moments = itertools.accumulate(
        gap
        for number in range(2 * (ROUNDS + 1))
        for gap in (0.0, 1.0 if number < 2 else 0.02 * (number // 2))
    )
    found = query_times(athena, {"b": "SELECT 2", "a": "SELECT 1"}, database=GOLD, clock=moments.__next__)
    assert athena.asked == ["SELECT 1", "SELECT 2"] * (ROUNDS + 1)
    assert [each.name for each in found] == ["a", "b"]
    for each in found:
        assert each.milliseconds == pytest.approx([20, 40, 60, 80, 100])
        assert each.median == pytest.approx(60)


def test_the_slowest_query_and_the_median_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    def times(_: Any, asked: dict[str, str], *, database: str) -> list[Times]:
        assert (asked, database) == ({"funnel": "-- funnel", "trend": "-- trend"}, GOLD)
        return [
            Times(name="funnel", milliseconds=(10.0, 30.0, 20.0)),
            Times(name="trend", milliseconds=(41.0, 40.0, 90.0)),
        ]

    monkeypatch.setattr(queries, "query_times", times)
    console = Console(record=True, width=100)
    measure_queries(Athena(), SHOP, console)
    assert "named queries, warm: median 30 ms, slowest 41 ms (trend)" in console.export_text()
