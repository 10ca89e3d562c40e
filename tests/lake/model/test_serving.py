"""Serving declarations: what a document is called, and designs that would not fit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from lake.errors import DeclarationError
from lake.model.columns import bigint, boolean, date, decimal, text, texts
from lake.model.serving import (
    Collection,
    Embedded,
    Lookup,
    Served,
    Shape,
    document_id,
    period_number,
    plain,
    slot_of,
    typed,
)
from lake.model.serving_checks import database_problems, periods_touched
from lake.model.spec import Domain, Every, Mart, Table

TABLE = Table(name="events", description="Events.", columns=(text("id", "Key."),), key=("id",))
MART = Mart(
    name="daily",
    description="Daily cost.",
    grain=("org", "day", "service"),
    inputs=("events",),
    every=Every.MONTH,
    dated_by="day",
    columns=(
        text("org", "Organisation."),
        date("day", "Day."),
        text("service", "Service."),
        decimal(18, 6)("cost", "Cost."),
        bigint("events", "Events."),
        text("note", "Note."),
        boolean("odd", "Whether it is odd."),
        texts("flags", "Flags."),
    ),
)
DAYS = Embedded(name="days", rows=("day", "service"), values=("cost",))
ORG = Shape(name="org", by=("org",), embeds=(DAYS,))
ASKED = Served(question=1, title="Cost", shapes=("org",), days=366)
COLLECTION = Collection(
    mart="daily", description="Daily cost.", shapes=(ORG,), serves=(ASKED,), cardinality={"service": 6}
)


def domain(*collections: Collection, name: str = "shop") -> Domain:
    return Domain(name=name, description="A shop.", tables=(TABLE,), marts=(MART,), serving=collections)


def refused(*collections: Collection) -> str:
    with pytest.raises(DeclarationError) as error:
        domain(*collections)
    return str(error.value)


def test_a_domain_carries_its_collections() -> None:
    assert domain(COLLECTION).collection("daily") is COLLECTION


def test_only_what_is_filtered_or_sorted_on_is_indexed() -> None:
    assert COLLECTION.indexed == ("org", "period", "shape", "slot")
    assert replace(COLLECTION, speed=True).indexed == ("org", "period", "shape", "slot", "until")


def test_ids_are_readable_and_never_collide() -> None:
    assert document_id("org", ["org_1"], 202508) == "org|org_1|202508"
    assert document_id("org", ["a|b", "c"], 0) != document_id("org", ["a", "b|c"], 0)
    assert document_id("org", ["a"], 202508, "speed") == "org|a|202508|speed"
    assert document_id("row", [dt.date(2025, 8, 1), 7], 2025) == "row|2025-08-01|7|2025"


def test_slots_are_spread() -> None:
    slots = {slot_of(f"org|{number}|202508") for number in range(1_000)}
    assert len(slots) > 980
    assert all(0 <= slot < 65_536 for slot in slots)


def test_a_period_is_a_number_that_sorts() -> None:
    assert [period_number(), period_number(2025), period_number(2025, 8)] == [0, 2025, 202508]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("decimal(18,6)", Decimal("-0.000001")),
        ("decimal(28,6)", Decimal("1E+3")),
        ("date", dt.date(2025, 8, 1)),
        ("timestamp", dt.datetime(2025, 8, 1, 12, 30, 0, 5)),
        ("bigint", 2**53 + 1),
        ("string", "ñ"),
        ("boolean", True),
        ("date", None),
    ],
)
def test_values_come_back_as_they_went(kind: str, value: object) -> None:
    assert typed(kind, plain(value)) == value


@pytest.mark.parametrize(
    ("every", "days", "periods"),
    [
        (Every.MONTH, 1, 1),
        (Every.MONTH, 14, 2),
        (Every.MONTH, 30, 3),  # 30 January to 28 February and the day after
        (Every.MONTH, 366, 13),
        (Every.YEAR, 1, 1),
        (Every.YEAR, 367, 3),
        (None, 10_000, 1),
    ],
)
def test_a_range_touches_so_many_periods(every: Every | None, days: int, periods: int) -> None:
    assert periods_touched(every, days) == periods


@pytest.mark.parametrize(
    ("embed", "message"),
    [
        (replace(DAYS, values=("colour",)), "column 'colour' is not in the mart"),
        (replace(DAYS, values=("flags",)), "is a list, which cannot be served"),
        (replace(DAYS, where="cost"), "'cost' is no boolean"),
        (replace(DAYS, rows=("day",), values=("note",)), "would be summed"),
        (replace(DAYS, rows=("day", "note")), "cardinality of 'note' is not declared"),
    ],
)
def test_a_contradiction_is_named(embed: Embedded, message: str) -> None:
    assert message in refused(replace(COLLECTION, shapes=(replace(ORG, embeds=(embed,)),)))


@pytest.mark.parametrize(
    ("collection", "message"),
    [
        (replace(COLLECTION, mart="weekly"), "there is no such mart"),
        (replace(COLLECTION, serves=()), "answers no question"),
        (replace(COLLECTION, serves=(replace(ASKED, shapes=("none",)),)), "there is no shape 'none'"),
        (replace(COLLECTION, shapes=(Shape(name="org"),)), "holds nothing"),
        (
            replace(COLLECTION, shapes=(Shape(name="org", by=("org",), fields=("cost",)),)),
            "one row a document",
        ),
        (replace(COLLECTION, cardinality={"service": 33}), "(1001) exceeds maximum allowed (1000)"),
        (replace(COLLECTION, text_bytes=8_001), "8001 bytes"),
        (replace(COLLECTION, text_bytes=3_900, cardinality={"service": 32}), None),
        (replace(COLLECTION, text_bytes=5_000, cardinality={"service": 32}), "4000000"),
        (replace(COLLECTION, serves=(replace(ASKED, days=700),)), "one request brings 20"),
        (
            replace(COLLECTION, history=10_001, serves=(replace(ASKED, days=14, lookup=Lookup.NEWEST),)),
            "sorts 10001 documents",
        ),
    ],
)
def test_an_over_limit_design_fails_at_synth(collection: Collection, message: str | None) -> None:
    if message is None:
        assert domain(collection).serving == (collection,)
    else:
        assert message in refused(collection)


def test_a_speed_view_shares_the_page() -> None:
    served = replace(ASKED, days=550)
    assert domain(replace(COLLECTION, serves=(served,)))
    assert "one request brings 20" in refused(replace(COLLECTION, serves=(served,), speed=True))


def test_a_collection_name_has_a_limit() -> None:
    with pytest.raises(DeclarationError, match="the limit is 48"):
        domain(COLLECTION, name="s" * 43)


def test_all_domains_share_one_database() -> None:
    marts = tuple(replace(MART, name=f"daily_{number}") for number in range(6))
    collections = tuple(replace(COLLECTION, mart=mart.name) for mart in marts)
    one = Domain(name="a", description="A.", tables=(TABLE,), marts=marts, serving=collections)
    assert database_problems([one]) == []
    assert database_problems([one, one]) == ["12 collections in all domains, a database takes 10"]
