"""Relational declarations are compared with the columns that they copy, and every mistake is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import DeclarationError
from lake.model.columns import Column, bigint, date, integer, text, texts
from lake.model.relational.checks import check_personal
from lake.model.relational.tables import RelationalReference, RelationalTable
from lake.model.spec import Domain, Mart, Reference, Table, Versions

GUESTS = Table(
    name="guests",
    description="Guests.",
    key=("guest_id",),
    columns=(
        bigint("guest_id", "Id."),
        text("country", "Country."),
        text("email", "Address.", personal=True),
        texts("wishes", "Wishes."),
    ),
)
STAYS = Table(
    name="stays",
    description="Stays.",
    key=("stay_id",),
    dated_by="arrival",
    columns=(bigint("stay_id", "Id."), bigint("guest_id", "Guest."), date("arrival", "First night.")),
    references=(Reference(column="guest_id", table="guests"),),
)
NIGHTS = Table(
    name="nights",
    description="Nights of a stay.",
    key=("stay_id",),
    versions=Versions.GROUP,
    columns=(bigint("stay_id", "Stay."), text("room", "Room."), integer("price", "Price.")),
)
BY_COUNTRY = Mart(
    name="by_country",
    description="Guests by country.",
    grain=("country",),
    inputs=("guests",),
    columns=(text("country", "Country."), Column(name="share", type="double", description="Share.")),
)

GUEST = RelationalTable(name="guests", key=("guest_id",), lengths={"country": 60})
STAY = RelationalTable(
    name="stays",
    key=("stay_id",),
    references=(RelationalReference(column="guest_id", table="guests"),),
)


def hotel(*relational: RelationalTable, nights: Table = NIGHTS) -> Domain:
    return Domain(
        name="hotel",
        description="A hotel.",
        tables=(GUESTS, STAYS, nights),
        marts=(BY_COUNTRY,),
        relational=relational,
    )


def refused(*relational: RelationalTable) -> tuple[str, ...]:
    with pytest.raises(DeclarationError) as caught:
        hotel(*relational)
    return caught.value.problems


def test_consistent_tables_are_accepted() -> None:
    assert hotel(GUEST, STAY).relational == (GUEST, STAY)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (
            replace(GUEST, name="gusts"),
            "relational gusts: is neither a table nor a mart; there are by_country, guests, nights, stays",
        ),
        (
            replace(GUEST, indexes=(("town",),)),
            (
                "relational guests: column 'town' in indexes does not exist; there are guest_id, country, "
                "email, wishes"
            ),
        ),
        (
            replace(GUEST, leaves_out=("town",)),
            (
                "relational guests: column 'town' in leaves_out does not exist; there are guest_id, country, "
                "email, wishes"
            ),
        ),
        (
            replace(GUEST, key=("country",)),
            "relational guests: the key is country, but guest_id identify a row",
        ),
        (
            RelationalTable(name="nights", key=("stay_id",)),
            (
                "relational nights: no columns identify a row of it: number the rows (numbered), or give the "
                "mart a grain"
            ),
        ),
        (
            replace(GUEST, lengths={}, indexes=(("country",),)),
            (
                "relational guests: column 'country' is in a key or an index and has no length: name it in "
                "lengths"
            ),
        ),
        (
            replace(GUEST, lengths={"country": 60, "email": 20}, indexes=(("email",),)),
            "relational guests: column 'email' is in a key or an index, and applications do not get it",
        ),
        (
            replace(GUEST, indexes=(("country",),), leaves_out=("country",)),
            "relational guests: column 'country' is in a key or an index, and applications do not get it",
        ),
        (
            replace(GUEST, lengths={"guest_id": 9}),
            (
                "relational guests: column 'guest_id' has the type bigint, and only text has a length: "
                "remove it from lengths"
            ),
        ),
        (
            replace(GUEST, lengths={"country": 0}),
            "relational guests: column 'country' has the length 0: a length is at least 1 and at most 16383",
        ),
        (
            replace(GUEST, lengths={"country": 800}, indexes=(("country",),)),
            "relational guests: the index on country has 3200 bytes, InnoDB takes 3072: shorten the lengths",
        ),
        (
            replace(GUEST, lengths={"country": 9000, "email": 9000}),
            (
                "relational guests: a row has up to 72016 bytes, MySQL takes 65535: remove lengths, or leave "
                "columns out"
            ),
        ),
        (
            RelationalTable(name="by_country", key=("country",), lengths={"country": 60}),
            (
                "relational by_country: column 'share' is double, which has no exact text: declare a "
                "decimal, or name it in leaves_out"
            ),
        ),
        (
            replace(STAY, references=(RelationalReference(column="guest_id", table="rooms"),)),
            (
                "relational stays: column 'guest_id' refers to 'rooms', which is no relational table: "
                "declare it, or remove the reference"
            ),
        ),
        (
            replace(STAY, references=(RelationalReference(column="arrival", table="stays"),)),
            "relational stays: column 'arrival' is date, the key of 'stays' is bigint",
        ),
    ],
)
def test_mistakes_name_table_and_column(wrong: RelationalTable, problem: str) -> None:
    assert refused(wrong) == (problem,)


def test_a_table_is_declared_once() -> None:
    assert refused(GUEST, GUEST) == ("relational guests: is declared 2 times: keep one",)


def test_numbered_rows_of_a_group_have_a_key() -> None:
    numbered = replace(NIGHTS, numbered=integer("night_no", "Number."))
    nights = RelationalTable(name="nights", key=("stay_id", "night_no"))
    assert hotel(nights, nights=numbered).relational == (nights,)


def test_names_of_hidden_columns_are_taken() -> None:
    taken = replace(NIGHTS, columns=(*NIGHTS.columns, text("stored_month", "A name.")))
    with pytest.raises(DeclarationError, match="'stored_month' has the name of a hidden column: rename it"):
        hotel(RelationalTable(name="nights", key=("stay_id",)), nights=taken)


def test_configuration_names_personal_data_of_relational_tables_only() -> None:
    check_personal([hotel(GUEST)], ["guests.email"])
    with pytest.raises(DeclarationError, match=r"'guests\.country' is no personal data .* guests\.email"):
        check_personal([hotel(GUEST)], ["guests.country"])
