"""One notice says which tables were not looked at, since when, why, and what to do."""

from __future__ import annotations

import datetime as dt

from botocore.exceptions import EndpointConnectionError

from dashboard.data.datasets import Loaded
from dashboard.data.frames import Frame
from dashboard.data.notices import old_rows
from dashboard.data.served import LiveFrames
from dashboard.errors import DashboardError
from dashboard.formats import SPACE
from dashboard.page import page_of
from dashboard.selection import Chosen
from lake.model.dashboards.fields import gold
from tests.dashboard.shop import shop

ORDERS, CARTS, VISITS, USERS, SALES = (gold(name) for name in ("orders", "carts", "visits", "users", "sales"))
ROWS = Frame({"name": ["a"]})
THROTTLED = DashboardError("the query failed: throttled", where="Athena query q-1", hint="Load it again.")
UNLISTED = DashboardError("the tables cannot be listed: timeout.", hint="See `caudal status`.")


def at(minute: int) -> dt.datetime:
    return dt.datetime(2026, 11, 27, 9, minute, tzinfo=dt.UTC)


def old(minute: int, error: DashboardError = THROTTLED) -> Loaded:
    return Loaded("1", ROWS, error, at(minute))


def notice(**held: Loaded) -> list[str]:
    datasets = {gold(name): loaded for name, loaded in held.items()}
    return [text.replace(SPACE, " ") for text in old_rows(LiveFrames(datasets), [*datasets, *datasets])]


def test_rows_of_the_last_look_need_no_notice() -> None:
    assert notice(orders=Loaded("1", ROWS, looked=at(5))) == []


def test_a_card_without_rows_says_itself_what_is_wrong() -> None:
    assert notice(orders=Loaded("", error=THROTTLED)) == []


def test_one_old_table_is_named_with_time_reason_and_remedy() -> None:
    assert notice(orders=old(5), carts=Loaded("1", ROWS, looked=at(9))) == [
        (
            "Not looked at since 27 Nov, 09:05 UTC: orders. The numbers shown are those of then, "
            "because the query failed: throttled. Load it again."
        )
    ]


def test_several_old_tables_are_one_notice_with_the_oldest_time_and_its_reason() -> None:
    current = Loaded("1", ROWS, looked=at(9))
    assert notice(
        orders=old(7), carts=old(5, UNLISTED), visits=old(8), users=old(7), sales=current
    ) == [
        (
            "Not looked at since 27 Nov, 09:05 UTC: carts, orders, users and 1 more. The numbers shown are "
            "those of then, because the tables cannot be listed: timeout. See `caudal status`."
        )
    ]  # fmt: skip


def test_the_page_has_the_notice_over_all_its_tables() -> None:
    tables = shop()
    datasets = tables.datasets()
    datasets.now = lambda: at(5)
    datasets.load()
    datasets.s3 = _Unreachable()
    datasets.load()
    dashboard = tables.domain.shown_dashboards[0]
    page = page_of(dashboard, datasets, Chosen())
    [told] = page.messages
    assert told.replace(SPACE, " ").startswith(
        "Not looked at since 27 Nov, 09:05 UTC: all tables. The numbers"
    )
    assert told.endswith("See that the lake is deployed and runs: `caudal status`.")
    assert not any(card.problem for section in page.sections for card in section.cards)


class _Unreachable:
    def get_paginator(self, operation: str) -> object:
        raise EndpointConnectionError(endpoint_url="https://s3")
