"""The page of a domain's data flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.documentation import flows
from lake.model.columns import bigint, date, timestamp
from lake.model.discovery import load_domains
from lake.model.spec import Domain, Mart, PartitionUnit, Reference, Stream, Table

SHOPS = Table(name="shops", description="Shops.", key=("shop_id",), columns=(bigint("shop_id", "Id."),))
VISITS = Table(
    name="visits",
    description="Visits.",
    key=("visit_id",),
    columns=(bigint("visit_id", "Id."), bigint("shop_id", "Shop."), timestamp("at", "When.")),
    dated_by="at",
    stream=Stream(folders=("visits",), rank=("at",)),
    references=(Reference(column="shop_id", table="shops"),),
    enriched_from=("shops",),
    enrichment=(bigint("size", "Size of the shop."),),
)
BY_MONTH = Mart(
    name="visits_by_month",
    description="Visits.",
    grain=("month_start",),
    inputs=("visits",),
    partition_by=PartitionUnit.YEAR,
    dated_by="month_start",
    columns=(date("month_start", "Month."),),
)
NEWEST = Mart(
    name="newest",
    description="Newest.",
    without_grain="Days repeat.",
    inputs=("visits_by_month",),
    columns=(date("month_start", "Month."),),
)
MALL = Domain(name="mall", description="A mall.", tables=(SHOPS, VISITS), marts=(BY_MONTH, NEWEST))


@pytest.mark.parametrize(
    "line",
    [
        "## mall",
        '        raw_shops["shops.csv"]',
        '        raw_visits["visits.jsonl"]',
        "    raw_visits --> silver_visits",
        "    silver_shops -. enriches .-> silver_visits",
        "    silver_visits --> gold_visits_by_month",
        "    gold_visits_by_month --> gold_newest",
        "| `visits_by_month` | `month_start` | by year of `month_start` | `visits` |",
        "| `newest` | none | whole | `visits_by_month` |",
    ],
)
def test_page_shows_tables_marts_and_what_feeds_them(line: str) -> None:
    [text] = flows.pages([MALL]).values()
    assert line in text.splitlines()


def test_written_page_does_not_drift(tmp_path: Path) -> None:
    assert flows.drift([MALL], tmp_path) == [f"{flows.PAGE} is missing"]
    flows.write([MALL], tmp_path)
    assert flows.drift([MALL], tmp_path) == []


def test_committed_page_is_up_to_date() -> None:
    assert flows.drift(load_domains()) == []
