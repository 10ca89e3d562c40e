"""After any load the tables equal their sources, and readers see the state before or after it."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace

import pytest

from glue_jobs.relational import load as module
from glue_jobs.relational.connection import rows, run
from glue_jobs.relational.content import Months
from glue_jobs.relational.errors import RelationalError
from glue_jobs.relational.load import Changes, Parts
from glue_jobs.relational.merge import Merged
from lake.naming.relational import LOADS, load_lock
from tests.database import FEBRUARY, FIRST, JANUARY, Copy, Tables, contents, expected, sale, with_


def test_the_first_load_fills_every_table(copy: Copy) -> None:
    report = copy.load(FIRST)
    assert copy.state() == expected(FIRST)
    assert report.merged["sales"] == Merged(inserted=3)
    assert copy.query(f"SELECT month, row_count, run FROM {LOADS} WHERE table_name = 'sales'") == [
        ("2024-01", 2, "x0001"),
        ("2024-02", 1, "x0001"),
    ]
    assert copy.staging_tables() == []


def test_an_unchanged_load_writes_nothing(copy: Copy) -> None:
    copy.load(FIRST)
    before = copy.query(f"SELECT * FROM {LOADS} ORDER BY table_name, stored_month")

    def prepare(table: str, months: Collection[int]) -> Parts:
        raise AssertionError(f"nothing is to be written: {table}")

    report = copy.load(FIRST, prepare=prepare)
    assert (report.merged, report.unchanged) == ({}, 6)
    assert copy.query(f"SELECT * FROM {LOADS} ORDER BY table_name, stored_month") == before


def test_only_what_differs_is_written(copy: Copy) -> None:
    copy.load(FIRST)
    corrected = with_(sales={JANUARY: [sale(1, "11.00"), sale(4, "40.00")], FEBRUARY: [sale(3, "30.00", 2)]})
    report = copy.load(corrected)
    assert report.merged == {"sales": Merged(deleted=1, updated=1, inserted=1)}
    assert report.months == {"sales": {JANUARY}}
    assert copy.state() == expected(corrected)


def test_small_tables_are_written_before_any_is_prepared(copy: Copy) -> None:
    written: list[Changes] = []
    copy.load(FIRST, write_small=written.append)
    assert written == [{table: set(months) for table, months in FIRST.items()}]
    # January of both tables has gone, and the master has changed.
    later: Tables = {
        "people": {0: [("1", "Ana", "Oslo")]},
        "sales": {FEBRUARY: FIRST["sales"][FEBRUARY]},
        "by_town": FIRST["by_town"],
    }
    copy.load(later, write_small=written.append)
    assert written[1] == {"people": {0}, "sales": set(), "sale_lines": set()}
    assert copy.state() == expected(later)


@pytest.mark.parametrize(
    "second",
    [
        # A sale moves to the next month.
        with_(sales={JANUARY: [sale(2, "20.00")], FEBRUARY: [sale(3, "30.00", 2), sale(1, "10.00", 2)]}),
        # A month goes, and another comes.
        with_(sales={FEBRUARY: [sale(3, "30.00", 2)], 202403: [sale(9, "1.00", 3)]}),
        # A master comes later; null becomes a value.
        with_(people={0: [("1", "Ana", "Rome"), ("2", "Ben", "Oslo"), ("3", "Cy", None)]}),
        # The lines of a sale are replaced, and are fewer.
        with_(sale_lines={JANUARY: [("1", "ink", "1")], FEBRUARY: [("3", "ink", "1")]}),
        # Nothing is left.
        {"people": {0: []}},
        # Lines of an unknown sale lie in no month.
        with_(sale_lines={0: [("7", "cup", "1")], FEBRUARY: [("3", "ink", "1")]}),
    ],
)
def test_tables_follow_their_sources_forth_and_back(copy: Copy, second: Tables) -> None:
    for tables in (FIRST, second, FIRST):
        copy.load(tables)
        assert copy.state() == expected(tables)


def test_months_may_come_in_any_order(copy: Copy) -> None:
    late = with_(
        sales={FEBRUARY: FIRST["sales"][FEBRUARY]}, sale_lines={FEBRUARY: FIRST["sale_lines"][FEBRUARY]}
    )
    copy.load(late)
    copy.load(FIRST)
    assert copy.state() == expected(FIRST)


def test_text_is_kept_byte_for_byte(copy: Copy) -> None:
    """Characters of 4 bytes, trailing blanks, case, what the text files escape, and a text like null."""
    notes = [
        "😀 ñ",
        "a ",
        "a",
        "A",
        "tab\there",
        "line\nbreak",
        "back\\slash",
        "\\N",
        "nul\0",
        "\r",
        "é",
        "é",
    ]
    people: list[tuple[str | None, ...]] = [(str(n), note, None) for n, note in enumerate(notes)]
    copy.load({"people": {0: people}})
    assert copy.state()["people"] == people
    changed = [("1", "a", None) if row[0] == "1" else row for row in people]
    assert copy.load({"people": {0: changed}}).merged["people"] == Merged(updated=1)
    assert copy.state()["people"] == changed


def test_keys_tell_null_case_and_trailing_blanks_apart(copy: Copy) -> None:
    towns: list[tuple[str | None, ...]] = [(None, "1"), ("Rome", "2"), ("Rome ", "3"), ("rome", "4")]
    copy.load({"by_town": {0: towns}})
    assert copy.state()["by_town"] == expected({"by_town": {0: towns}})["by_town"]
    copy.load({"by_town": {0: towns[1:]}})
    assert copy.query("SELECT COUNT(*) FROM by_town") == [(3,)]


def test_hidden_columns_are_not_selected(copy: Copy) -> None:
    copy.load(FIRST)
    assert copy.query("SELECT * FROM by_town WHERE town IS NULL") == [(None, 1)]


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("by_town", ("x" * 21, "1"), "by_town, month all: MySQL does not take 1 value.* 'town'"),
        ("sales", sale(1, "1" * 20), "sales, month 2024-01: MySQL does not take 1 value.* 'amount'"),
        ("sales", ("1", "1", "2024-13-01 00:00:00.000000", "1.00"), "sales, month 2024-01: .*'sold_at'"),
        ("sale_lines", ("1", "pen", None), "sale_lines, month 2024-01: .*line_no.*key is null"),
    ],
)
def test_values_that_do_not_fit_stop_the_load(
    copy: Copy, table: str, row: tuple[str | None, ...], message: str
) -> None:
    copy.load(FIRST)
    month = 0 if table == "by_town" else JANUARY
    wrong = with_(**{table: {month: [row]}}, people={0: [("5", "Eve", "Oslo")]})
    with pytest.raises(RelationalError, match=f"(?s){message}"):
        copy.load(wrong)
    assert copy.state() == expected(FIRST)
    assert copy.staging_tables() == []


def test_two_rows_with_one_key_stop_the_load(copy: Copy) -> None:
    with pytest.raises(RelationalError, match=r"(?s)sales, month 2024-01: .*Duplicate.*rows have one key"):
        copy.load({"sales": {JANUARY: [sale(1, "1.00"), sale(1, "2.00")]}})
    assert copy.state()["sales"] == []


def test_rows_that_spark_did_not_count_stop_the_load(copy: Copy) -> None:
    load = copy.prepared(FIRST)
    counted = copy.prepared(with_(people={0: [("1", "Ana", "Rome")]}))
    message = "people, month all: MySQL holds 2 rows .* Spark counted 1 rows"
    with pytest.raises(RelationalError, match=message):
        module.Load(**{**vars(load), "contents": counted.contents}).run()
    assert copy.state()["people"] == []


def test_every_month_is_compared_again_on_request(copy: Copy) -> None:
    """A row that somebody changed by hand is not seen by the bookkeeping."""
    copy.load(FIRST)
    copy.query("UPDATE sales SET amount = 99 WHERE sale_id = 3")
    copy.query("INSERT INTO sales (sale_id) VALUES (7)")
    assert copy.load(FIRST).merged == {}
    assert copy.load(FIRST, again=True).merged["sales"] == Merged(updated=1, deleted=1)
    assert copy.state() == expected(FIRST)


def test_a_table_that_is_no_longer_declared_stays_and_is_told(copy: Copy) -> None:
    copy.load(FIRST)
    fewer = replace(copy, relational=copy.relational[:-1])
    told = "by_town: the table is no longer declared, and stays as it was loaded last: DROP TABLE `by_town`; "
    assert fewer.load(FIRST).messages == (f"{told}removes it.",)
    copy.query("DROP TABLE by_town")
    assert fewer.load(FIRST).messages == ()


def test_the_lake_is_compared_after_the_lock_was_got(copy: Copy) -> None:
    """A load that waited for another one does not bring back what it saw before."""
    copy.load(FIRST)
    holder = copy.connect()
    run(holder, "SELECT GET_LOCK(%s, 0)", (load_lock(copy.name),))
    asked = threading.Event()

    def contents_() -> dict[str, Months]:
        asked.set()
        return contents(copy.schemas, FIRST)

    load = threading.Thread(target=copy.prepared(FIRST, contents=contents_).run)
    load.start()
    assert not asked.wait(0.3)
    holder.close()
    load.join()
    assert asked.is_set()


def test_a_key_that_is_null_is_not_the_empty_text(copy: Copy) -> None:
    tables = with_(by_town={0: [(None, "1"), ("", "2"), (" ", "3")]})
    copy.load(tables)
    assert set(copy.table("by_town")) == {("", "2"), (" ", "3"), (None, "1")}


def test_queries_by_a_text_key_use_an_index(copy: Copy) -> None:
    copy.load(FIRST)
    [plan] = copy.query("EXPLAIN FORMAT=TRADITIONAL SELECT * FROM by_town WHERE town = 'Rome'")
    assert "ix_town" in plan


def test_readers_in_a_transaction_see_one_state(copy: Copy) -> None:
    """Every read in 200 transactions equals the state before or after a load of two tables, never a mix."""
    states = [with_(by_town={0: [("Rome", "2")]}), with_(people={0: []}, by_town={0: []})]
    copy.load(states[0])
    done = threading.Event()
    seen: list[tuple[int, int]] = []

    def read() -> None:
        connection = copy.connect()
        while not done.is_set() or len(seen) < 200:
            connection.begin()
            [(people,)] = rows(connection, "SELECT COUNT(*) FROM people")
            [(towns,)] = rows(connection, "SELECT COUNT(*) FROM by_town")
            connection.commit()
            seen.append((people, towns))
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 9):
            copy.load(states[number % 2])
    finally:
        done.set()
        reader.join()
    assert set(seen) <= {(2, 1), (0, 0)}
