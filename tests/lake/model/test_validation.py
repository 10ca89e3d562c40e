"""Validation of declarations: each contradiction is reported in a sentence, all of them at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lake.errors import DeclarationError
from lake.model.checks import Check, Effect, at_least
from lake.model.columns import Column, bigint, date, integer, text, timestamp
from lake.model.spec import (
    Dependency,
    Domain,
    Mart,
    PartitionUnit,
    Question,
    Reference,
    Stream,
    Table,
    Versions,
)

ID = bigint("id", "Identifies it.")
DAY = date("day", "Its day.")
PARENT = Table(name="parents", description="Parents.", key=("id",), columns=(ID, text("name", "Name.")))
CHILD = Table(
    name="children",
    description="Children.",
    key=("id",),
    dated_by="day",
    columns=(ID, DAY, bigint("parent_id", "Its parent.")),
    references=(Reference(column="parent_id", table="parents"),),
)
MART = Mart(
    name="days",
    description="Days.",
    grain=("day",),
    inputs=("children",),
    partition_by=PartitionUnit.MONTH,
    dated_by="day",
    columns=(DAY,),
)


def domain(*tables: Table, marts: tuple[Mart, ...] = (), name: str = "family") -> Domain:
    return Domain(name=name, description="A family.", tables=tables, marts=marts)


def problems(*tables: Table, marts: tuple[Mart, ...] = (), name: str = "family") -> tuple[str, ...]:
    with pytest.raises(DeclarationError) as caught:
        domain(*tables, marts=marts, name=name)
    return caught.value.problems


def test_consistent_declaration_is_accepted() -> None:
    assert domain(PARENT, CHILD, marts=(MART,)).table("children") is CHILD


def column(name: str, type_: str = "string", description: str = "Something.") -> Table:
    extra = Column(name=name, type=type_, description=description)
    return replace(PARENT, columns=(*PARENT.columns, extra))


TABLES = [
    (column("Name"), "column 'Name': names are snake_case"),
    (column("month"), "column 'month': the name is taken by a partition key; rename it with source="),
    (column("year"), "column 'year': the name is taken by a partition key; rename it with source="),
    (column("batch"), "column 'batch': the name is taken by a partition key; rename it with source="),
    (column("size", "float"), "column 'size': unknown type 'float'"),
    (column("size", "int", ""), "column 'size': has no description"),
    (column("name"), "column 'name' is declared twice"),
    (replace(PARENT, key=("key",)), "key column 'key' is not declared"),
    (replace(PARENT, key=()), "has no key"),
    (replace(PARENT, dated_by="day"), "dated_by 'day' is not declared"),
    (replace(PARENT, dated_by="name"), "dated_by 'name' is neither a date nor a timestamp"),
    (replace(PARENT, checks=(at_least("age", 0),)), "check 'age.range' does not name a declared column"),
    (
        replace(PARENT, checks=(Check(name="name", effect=Effect.FLAG, fails="true", description="-"),)),
        "check 'name' does not name a declared column",
    ),
    (
        replace(PARENT, checks=(Check(name="name.a, b", effect=Effect.FLAG, fails="true", description="-"),)),
        "check 'name.a, b': names are <column>.<rule> in snake_case",
    ),
    (
        replace(
            PARENT,
            checks=(
                Check(name="name.x", effect=Effect.FLAG, fails="true", description="-", fix={"age": "0"}),
            ),
        ),
        "check 'name.x' fixes undeclared column 'age'",
    ),
    (replace(PARENT, checks=(at_least("id", 0), at_least("id", 1))), "check 'id.range' is declared twice"),
    (
        replace(PARENT, references=(Reference(column="x", table="children"),)),
        "reference column 'x' is not declared",
    ),
    (
        replace(PARENT, references=(Reference(column="name", table="uncles"),)),
        "references unknown table 'uncles'",
    ),
    (replace(PARENT, enriched_from=("uncles",)), "is enriched from unknown 'uncles'"),
    (
        replace(PARENT, depends_on=(Dependency(column="name", table="children", parent_column="x"),)),
        "depends_on children: 'name' or 'x' is not declared",
    ),
    (
        replace(PARENT, stream=Stream(folders=("p",), rank=("version",))),
        "stream column 'version' is not declared",
    ),
    (
        replace(PARENT, stream=Stream(folders=("p",), rank=("id",))),
        "arrives as a stream, whose totals are by day, and has no date: name its column in dated_by",
    ),
]


@pytest.mark.parametrize(("table", "problem"), TABLES, ids=[problem for _, problem in TABLES])
def test_contradiction_in_a_table_is_reported(table: Table, problem: str) -> None:
    assert f"table parents: {problem}" in problems(table, CHILD)


UNCLE = replace(PARENT, name="uncles")


def test_rows_are_enriched_only_from_tables_whose_changes_reach_them() -> None:
    dependency = Dependency(column="parent_id", table="uncles", parent_column="id")
    child = replace(CHILD, enriched_from=("parents", "uncles"))
    [problem] = problems(PARENT, UNCLE, child)
    assert problem == (
        "table children: is enriched from 'uncles', whose changes would not reach it: declare the reference, "
        "or depends_on"
    )
    assert domain(PARENT, UNCLE, replace(child, depends_on=(dependency,)))
    assert problems(PARENT, UNCLE, replace(CHILD, depends_on=(dependency,))) == (
        "table children: depends_on uncles: is not enriched from it",
    )


def test_rows_cannot_be_enriched_from_enriched_tables() -> None:
    ref = Reference(column="id", table="uncles")
    parent = replace(PARENT, enriched_from=("uncles",), references=(ref,))
    [problem] = problems(UNCLE, parent, replace(CHILD, enriched_from=("parents",)))
    assert problem == (
        "table children: is enriched from 'parents', which is enriched from others (uncles): their changes "
        "would not reach it; join these themselves"
    )


def test_row_cannot_have_two_dates() -> None:
    ref = Reference(column="parent_id", table="days", gives_month=True)
    other = replace(CHILD, name="days", references=())
    assert problems(replace(CHILD, references=(ref,)), other) == (
        "table children: has a date of its own and a reference that gives the month",
    )


def test_month_of_a_row_cannot_come_from_a_table_without_a_date() -> None:
    ref = Reference(column="parent_id", table="parents", gives_month=True)
    assert problems(PARENT, replace(CHILD, dated_by=None, references=(ref,))) == (
        "table children: takes its month from 'parents', which has no date",
    )


@pytest.mark.parametrize(
    "parent", [replace(PARENT, key=("id", "name")), replace(PARENT, versions=Versions.GROUP)]
)
def test_reference_needs_a_table_with_a_single_column_key(parent: Table) -> None:
    assert problems(parent, CHILD) == (
        "table children: references 'parents', which has no single-column row key",
    )


def test_cycle_of_references_is_reported() -> None:
    back = replace(PARENT, references=(Reference(column="id", table="children"),))
    assert problems(back, CHILD) == ("tables reference each other in a cycle: parents → children → parents",)


MARTS = [
    (replace(MART, columns=(DAY, DAY)), "column 'day' is declared twice"),
    (replace(MART, grain=("week",)), "grain column 'week' is not declared"),
    (
        replace(MART, grain=()),
        "has no grain: name the columns that identify a row, or say in without_grain why none do",
    ),
    (
        replace(MART, without_grain="Days repeat."),
        "has a grain and says in without_grain that it has none: remove one of the two",
    ),
    (replace(MART, inputs=("uncles",)), "input 'uncles' is neither a table nor a mart"),
    (replace(MART, inputs=("days", "children")), "is its own input"),
    (replace(MART, looked_up=("parents",)), "looked_up 'parents' is no input"),
    (replace(MART, partition_by=None), "partition_by and dated_by belong together"),
    (replace(MART, dated_by=None), "partition_by and dated_by belong together"),
    (replace(MART, dated_by="week"), "dated_by 'week' is not declared"),
    (
        replace(MART, columns=(DAY, text("email", "Address.", personal=True))),
        "column 'email' is personal data, which gold must not publish",
    ),
]


def test_query_belongs_to_one_question() -> None:
    first, second = (Question(number=number, title="Which?", queries=("days",)) for number in (1, 2))
    with pytest.raises(DeclarationError) as error:
        Domain(name="family", description="A.", tables=(PARENT,), questions=(first, second))
    assert error.value.problems == ("query 'days' is named twice: name it in one question",)


@pytest.mark.parametrize(("mart", "problem"), MARTS, ids=[problem for _, problem in MARTS])
def test_contradiction_in_a_mart_is_reported(mart: Mart, problem: str) -> None:
    assert f"mart days: {problem}" in problems(PARENT, CHILD, marts=(mart,))


def test_mart_without_a_grain_says_why() -> None:
    mart = replace(MART, grain=(), without_grain="A day may have several rows.")
    assert domain(PARENT, CHILD, marts=(mart,)).mart("days").without_grain


def test_names_must_be_unique_and_in_snake_case() -> None:
    assert problems(PARENT, CHILD, marts=(replace(MART, name="parents"),), name="My-Family") == (
        "domain 'My-Family': names are snake_case",
        "'parents' is declared twice",
    )


def test_all_problems_are_reported_at_once() -> None:
    table = replace(PARENT, key=("x",), columns=(ID, integer("year", ""), timestamp("at", "When.")))
    assert len(problems(table, CHILD)) == 3


def test_only_groups_of_rows_are_numbered() -> None:
    number = integer("line_no", "Number.")
    wrong = "table parents: numbered 'line_no': only groups of rows are numbered, in a column of type int"
    assert problems(replace(PARENT, numbered=number)) == (wrong,)
    assert problems(replace(PARENT, versions=Versions.GROUP, numbered=text("line_no", "Number."))) == (wrong,)
    numbered = replace(PARENT, versions=Versions.GROUP, numbered=number)
    assert domain(numbered).table("parents").row_key == ("id", "line_no")
    assert replace(numbered, numbered=None).row_key == ()
