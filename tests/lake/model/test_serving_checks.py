"""Validation of serving declarations: names, types, and the limits of documents and requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import DeclarationError
from lake.model.columns import bigint, boolean, date, decimal, text, texts
from lake.model.serving import Collection, Embedded, Lookup, ServedQuestion, Shape
from lake.model.serving_checks import database_problems, periods_touched
from lake.model.spec import Domain, Mart, PartitionUnit, Table

TABLE = Table(name="events", description="Events.", columns=(text("id", "Key."),), key=("id",))
MART = Mart(
    name="daily",
    description="Daily cost.",
    grain=("org", "day", "service"),
    inputs=("events",),
    partition_by=PartitionUnit.MONTH,
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
ASKED = ServedQuestion(question=1, title="Cost", shapes=("org",), days=366)
COLLECTION = Collection(
    mart="daily", description="Daily cost.", shapes=(ORG,), serves=(ASKED,), cardinality={"service": 6}
)


def domain(*collections: Collection, name: str = "shop") -> Domain:
    return Domain(name=name, description="A shop.", tables=(TABLE,), marts=(MART,), serving=collections)


def refused(*collections: Collection) -> str:
    with pytest.raises(DeclarationError) as error:
        domain(*collections)
    return str(error.value)


def test_consistent_collection_is_accepted() -> None:
    assert domain(COLLECTION).collection("daily") is COLLECTION


@pytest.mark.parametrize(
    ("partition_by", "days", "periods"),
    [
        (PartitionUnit.MONTH, 1, 1),
        (PartitionUnit.MONTH, 14, 2),
        (PartitionUnit.MONTH, 30, 3),  # 30 January to 28 February and the day after
        (PartitionUnit.MONTH, 366, 13),
        (PartitionUnit.YEAR, 1, 1),
        (PartitionUnit.YEAR, 367, 3),
        (None, 10_000, 1),
    ],
)
def test_number_of_periods_follows_from_the_range(
    partition_by: PartitionUnit | None, days: int, periods: int
) -> None:
    assert periods_touched(partition_by, days) == periods


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
def test_contradiction_is_reported(embed: Embedded, message: str) -> None:
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
        (replace(COLLECTION, serves=(replace(ASKED, days=700),)), "one request returns 20"),
        (
            replace(COLLECTION, history=10_001, serves=(replace(ASKED, days=14, lookup=Lookup.NEWEST),)),
            "sorts 10001 documents",
        ),
    ],
)
def test_design_above_a_limit_is_refused(collection: Collection, message: str | None) -> None:
    if message is None:
        assert domain(collection).serving == (collection,)
    else:
        assert message in refused(collection)


def test_documents_of_the_speed_view_count_for_the_page() -> None:
    served = replace(ASKED, days=550)
    assert domain(replace(COLLECTION, serves=(served,)))
    assert "one request returns 20" in refused(replace(COLLECTION, serves=(served,), speed=True))


def test_mart_without_a_grain_cannot_be_served() -> None:
    mart = replace(MART, grain=(), without_grain="Rows repeat.")
    message = r"serving daily: the mart has no grain, .*: give the mart a grain"
    with pytest.raises(DeclarationError, match=message):
        Domain(name="shop", description="A.", tables=(TABLE,), marts=(mart,), serving=(COLLECTION,))


@pytest.mark.parametrize(
    ("embeds", "message"),
    [
        (
            (replace(DAYS, name="services", rows=("service",)),),
            "shape org: has no place for the stream's totals: embed rows by 'day', or remove speed=True",
        ),
        (
            (replace(DAYS, where="odd"),),
            (
                "shape org: days: the stream's totals have no 'odd' to choose rows by: remove where, or "
                "speed=True"
            ),
        ),
    ],
)
def test_totals_of_a_stream_need_a_place_in_every_shape(embeds: tuple[Embedded, ...], message: str) -> None:
    collection = replace(COLLECTION, shapes=(replace(ORG, embeds=embeds),))
    domain(collection)
    assert message in refused(replace(collection, speed=True))


def test_collection_name_has_a_limit() -> None:
    with pytest.raises(DeclarationError, match="the limit is 48"):
        domain(COLLECTION, name="s" * 43)


def test_all_domains_share_one_database() -> None:
    marts = tuple(replace(MART, name=f"daily_{number}") for number in range(6))
    collections = tuple(replace(COLLECTION, mart=mart.name) for mart in marts)
    one = Domain(name="a", description="A.", tables=(TABLE,), marts=marts, serving=collections)
    assert database_problems([one]) == []
    assert database_problems([one, one]) == ["12 collections in all domains, a database takes 10"]
