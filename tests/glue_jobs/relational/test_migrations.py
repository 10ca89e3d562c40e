"""Schemas grow by adding; anything else stops with the statement to run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glue_jobs.relational import migrations
from glue_jobs.relational.connection import run
from glue_jobs.relational.errors import RelationalError
from glue_jobs.relational.migrations import is_wider, migrate
from lake.model.relational.tables import RelationalTable
from tests.database import RELATIONAL, Copy, Tables

PEOPLE: Tables = {"people": {0: [("1", "Ana", "Rome")]}}


def people(**changes: object) -> tuple[RelationalTable, ...]:
    first, *others = RELATIONAL
    return (replace(first, **changes), *others)  # type: ignore[arg-type]


def steps(copy: Copy) -> list[str]:
    connection = copy.connect()
    try:
        found = migrations.plan(copy.schemas, migrations.read(connection))
    finally:
        connection.close()
    return [step.statement for step in found]


def test_tables_that_are_what_is_declared_need_nothing(copy: Copy) -> None:
    copy.load(PEOPLE)
    assert steps(copy) == []


def test_new_tables_columns_indexes_and_wider_types_are_added(copy: Copy) -> None:
    first, *others = RELATIONAL
    copy.relational = (replace(first, leaves_out=("note",), lengths={"town": 10}, indexes=()), *others[:-1])
    copy.load({"people": {0: [("1", "Rome")]}})
    copy.relational = RELATIONAL
    bin_ = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    assert steps(copy)[:3] == [
        f"ALTER TABLE `people` ADD COLUMN `note` text {bin_} NULL",
        f"ALTER TABLE `people` MODIFY COLUMN `town` varchar(20) {bin_} NULL",
        "ALTER TABLE `people` ADD INDEX `ix_town` (`town`)",
    ]
    assert steps(copy)[3].startswith("CREATE TABLE `by_town`")
    copy.load(PEOPLE)
    assert steps(copy) == []
    assert copy.table("people") == [("1", "Ana", "Rome")]


def test_what_copies_a_table_is_told(copy: Copy) -> None:
    copy.load(PEOPLE)
    copy.relational = people(lengths={"town": 200})
    report = copy.load(PEOPLE)
    [message] = report.messages
    assert message.startswith("people: MySQL copied the table for `ALTER TABLE `people` MODIFY COLUMN `town`")


@pytest.mark.parametrize(
    ("by_hand", "message"),
    [
        (
            "ALTER TABLE people ADD COLUMN age int",
            "people: column age is not declared: ALTER TABLE `people` DROP COLUMN `age`;",
        ),
        (
            "ALTER TABLE people MODIFY COLUMN town varchar(30) COLLATE utf8mb4_bin",
            (
                "people: column town is varchar(30), declared is varchar(20): ALTER TABLE `people` MODIFY "
                "COLUMN `town` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL;"
            ),
        ),
        (
            "ALTER TABLE people MODIFY COLUMN town varchar(20) COLLATE utf8mb4_general_ci",
            "people: column town is not utf8mb4_bin: ALTER TABLE `people` MODIFY COLUMN `town`",
        ),
        (
            "ALTER TABLE people MODIFY COLUMN town varchar(20) COLLATE utf8mb4_bin NOT NULL",
            "people: column town differs in null or visibility: ALTER TABLE `people` MODIFY COLUMN `town`",
        ),
        (
            "ALTER TABLE people DROP COLUMN stored_month",
            "people: column stored_month of the key is missing: ALTER TABLE `people` ADD COLUMN",
        ),
        (
            "ALTER TABLE people DROP PRIMARY KEY",
            "people: the key is missing: ALTER TABLE `people` ADD PRIMARY KEY (`person_id`);",
        ),
        (
            "ALTER TABLE people DROP INDEX ix_town, ADD INDEX ix_town (person_id)",
            "people: index ix_town has other columns: ALTER TABLE `people` DROP INDEX `ix_town`, ADD INDEX",
        ),
        (
            "ALTER TABLE people ENGINE=MyISAM",
            "people: the engine is MyISAM: ALTER TABLE `people` ENGINE=InnoDB;",
        ),
    ],
)
def test_a_table_that_was_altered_by_hand_stops_the_load(copy: Copy, by_hand: str, message: str) -> None:
    copy.load(PEOPLE)
    copy.query(by_hand)
    with pytest.raises(RelationalError) as caught:
        copy.load({"people": {0: [("2", "Ben", "Rome")]}})
    assert message in str(caught.value)
    assert "Run the statements, which may lose data" in str(caught.value)


def test_a_table_that_was_dropped_is_loaded_again(copy: Copy) -> None:
    copy.load(PEOPLE)
    copy.query("DROP TABLE people")
    copy.load(PEOPLE)
    assert copy.table("people") == [("1", "Ana", "Rome")]


def test_indexes_of_others_are_left_alone(copy: Copy) -> None:
    copy.load(PEOPLE)
    copy.query("CREATE INDEX mine ON people (town, person_id)")
    assert steps(copy) == []


def test_ddl_that_meets_a_reader_is_tried_again(copy: Copy) -> None:
    copy.load(PEOPLE)
    copy.relational = people(indexes=(("town",), ("town", "person_id")))
    reader = copy.connect()
    reader.begin()
    run(reader, "SELECT * FROM people")
    connection = copy.connect()
    run(connection, "SET SESSION lock_wait_timeout = 1")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        reader.rollback()

    migrate(connection, copy.schemas, pause)
    for each in (reader, connection):
        each.close()
    assert pauses == [2.0]
    assert steps(copy) == []


def test_ddl_that_meets_a_reader_every_time_is_told(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "DDL_ATTEMPTS", 2)
    copy.load(PEOPLE)
    copy.relational = people(indexes=(("town",), ("town", "person_id")))
    reader = copy.connect()
    reader.begin()
    run(reader, "SELECT * FROM people")
    connection = copy.connect()
    run(connection, "SET SESSION lock_wait_timeout = 1")
    with pytest.raises(RelationalError, match=r"people, after 2 attempts of 5 s: a lock was held"):
        migrate(connection, copy.schemas, lambda seconds: None)
    for each in (reader, connection):
        each.close()


@pytest.mark.parametrize(
    ("now", "wanted", "wider"),
    [
        ("int", "bigint", True),
        ("bigint", "int", False),
        ("varchar(20)", "varchar(21)", True),
        ("varchar(20)", "varchar(19)", False),
        ("varchar(20)", "text", True),
        ("text", "varchar(20)", False),
        ("decimal(18,2)", "decimal(20,4)", True),
        ("decimal(18,2)", "decimal(28,2)", True),
        ("decimal(18,2)", "decimal(18,3)", False),
        ("date", "datetime(6)", False),
        ("tinyint(1)", "int", True),
        ("varbinary(4)", "varbinary(8)", True),
    ],
)
def test_wider_types_hold_every_value(now: str, wanted: str, wider: bool) -> None:
    assert is_wider(now, wanted) is wider
