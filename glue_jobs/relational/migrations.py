"""Migrations: what a schema in MySQL lacks, as statements that add, or the reason why a person must decide.

Only what adds is done: a missing table, nullable column or index, and a wider type. Anything else stops the
load with the statement to run.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import pymysql.err

from glue_jobs.relational import bookkeeping
from glue_jobs.relational.connection import LOCK_SECONDS, Connection, rows, run
from glue_jobs.relational.ddl import CREATE_LOADS, create_table, definition, quoted
from glue_jobs.relational.errors import DEADLOCKS, RelationalError, number_of, translated
from glue_jobs.relational.staging import drop_statement
from lake.model.relational.schema import TEXT, Field, RelationalSchema
from lake.naming.relational import LOAD_TABLES, LOADS

DDL_ATTEMPTS = 6
DDL_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Existing:
    """A table as MySQL describes it: columns, columns of the primary key, index → columns, and its engine."""

    columns: dict[str, Field]
    primary: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]]
    engine: str = "InnoDB"
    collations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A statement of a migration. `creates`: it creates a table. `copies`: MySQL copies the table for it."""

    table: str
    statement: str
    creates: bool = False
    copies: bool = False


def migrate(
    connection: Connection,
    schemas: Sequence[RelationalSchema],
    pause: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Make the tables what the declaration says; return a sentence for each statement that copies a table.

    Raises RelationalError with the statements to run if that takes more than adding, and if somebody holds
    locks on a table in all of DDL_ATTEMPTS.
    """
    _ddl(connection, CREATE_LOADS, "bookkeeping", pause)
    existing = read(connection)
    steps = plan(schemas, existing)
    told = []
    for step in steps:
        if step.creates:
            # First: a load that dies in between must not believe that the table has its rows.
            bookkeeping.forget(connection, step.table)
        if step.copies:
            told.append(f"{step.table}: MySQL copied the table for `{step.statement}`.")
        _ddl(connection, step.statement, step.table, pause)
    return [*told, *_undeclared(connection, schemas, existing)]


def _undeclared(
    connection: Connection, schemas: Sequence[RelationalSchema], existing: Collection[str]
) -> list[str]:
    """Return a sentence for each table that was loaded once, and is no longer declared."""
    loaded = {str(name) for (name,) in rows(connection, f"SELECT DISTINCT table_name FROM `{LOADS}`")}
    return [
        f"{name}: the table is no longer declared, and stays as it was loaded last: "
        f"DROP TABLE `{name}`; removes it."
        for name in sorted(loaded & set(existing) - {schema.name for schema in schemas})
    ]


def drop_leftovers(connection: Connection, pause: Callable[[float], None] = time.sleep) -> None:
    """Drop the staging tables of loads that died. To be called under the domain's lock.

    The server may still undo the statement of a dead load, and hold its table's lock meanwhile.
    """
    query = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
        "AND table_name LIKE %s"
    )
    for (name,) in rows(connection, query, (LOAD_TABLES.replace("_", r"\_") + "%",)):
        _ddl(connection, drop_statement(name), f"staging table {name}", pause)


def read(connection: Connection) -> dict[str, Existing]:
    """Return the tables of the connection's schema."""
    columns: dict[str, dict[str, Field]] = defaultdict(dict)
    collations: dict[str, dict[str, str]] = defaultdict(dict)
    indexes: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, name, type_, nullable, collation, extra in rows(
        connection,
        "SELECT table_name, column_name, column_type, is_nullable, collation_name, extra FROM "
        "information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position",
    ):
        hidden = "INVISIBLE" in extra.upper()
        columns[table][name] = Field(
            name=name,
            sql_type=_normal(type_),
            nullable=nullable == "YES",
            type="" if hidden else "string" if collation else "number",
        )
        if collation:
            collations[table][name] = collation
    for table, index, name in rows(
        connection,
        "SELECT table_name, index_name, column_name FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index",
    ):
        indexes[table][index].append(name)
    engines: dict[str, str | None] = dict(
        rows(
            connection,
            "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = DATABASE() "
            "AND table_type = 'BASE TABLE'",
        )
    )
    return {
        table: Existing(
            columns=columns[table],
            primary=tuple(indexes[table].get("PRIMARY", ())),
            indexes={name: tuple(found) for name, found in indexes[table].items() if name != "PRIMARY"},
            engine=engine or "",
            collations=collations[table],
        )
        for table, engine in engines.items()
    }


def plan(schemas: Sequence[RelationalSchema], existing: dict[str, Existing]) -> list[Step]:
    """Return the steps from the existing tables to the declared ones.

    Raises RelationalError that lists, for every table, what is not additive with the statement to run.
    """
    steps: list[Step] = []
    refused: list[str] = []
    for schema in schemas:
        found = existing.get(schema.name)
        if found is None:
            steps.append(Step(table=schema.name, statement=create_table(schema), creates=True))
            continue
        for column in schema.columns:
            _column(schema, column, found, steps, refused)
        _rest(schema, found, refused)
        for name, columns in schema.indexes.items():
            if name not in found.indexes:
                steps.append(_alter(schema, f"ADD INDEX `{name}` ({quoted(columns)})"))
            elif found.indexes[name] != columns:
                change = f"DROP INDEX `{name}`, ADD INDEX `{name}` ({quoted(columns)})"
                refused.append(_refusal(schema, f"index {name} has other columns", change))
    if refused:
        raise RelationalError(
            f"{len(refused)} difference(s) between MySQL and the declaration are not additive:\n  - "
            + "\n  - ".join(refused),
            where="relational copy",
            hint="Run the statements, which may lose data, or correct relational.py. Nothing was loaded.",
        )
    return steps


def _column(
    schema: RelationalSchema, column: Field, found: Existing, steps: list[Step], refused: list[str]
) -> None:
    """Add the step that makes a column what is declared, or the reason why none does."""
    now = found.columns.get(column.name)
    change = definition(column)
    if now is None:
        if column.nullable:
            steps.append(_alter(schema, f"ADD COLUMN {change}"))
        else:
            refused.append(
                _refusal(schema, f"column {column.name} of the key is missing", f"ADD COLUMN {change}")
            )
        return
    if column.is_text and found.collations.get(column.name) != "utf8mb4_bin":
        refused.append(
            _refusal(schema, f"column {column.name} is not utf8mb4_bin", f"MODIFY COLUMN {change}")
        )
    elif now.nullable != column.nullable or now.is_hidden != column.is_hidden:
        refused.append(
            _refusal(schema, f"column {column.name} differs in null or visibility", f"MODIFY COLUMN {change}")
        )
    elif now.sql_type != column.sql_type:
        if is_wider(now.sql_type, column.sql_type):
            copies = _copies(now.sql_type, column.sql_type)
            steps.append(_alter(schema, f"MODIFY COLUMN {change}", copies=copies))
        else:
            what = f"column {column.name} is {now.sql_type}, declared is {column.sql_type}"
            refused.append(_refusal(schema, what, f"MODIFY COLUMN {change}"))


def _rest(schema: RelationalSchema, found: Existing, refused: list[str]) -> None:
    """Refuse undeclared columns, another key and another engine. Further indexes are left to their owner."""
    declared = {column.name for column in schema.columns}
    for name in found.columns:
        if name not in declared:
            refused.append(_refusal(schema, f"column {name} is not declared", f"DROP COLUMN `{name}`"))
    if found.primary != schema.primary:
        change = (
            "DROP PRIMARY KEY, " if found.primary else ""
        ) + f"ADD PRIMARY KEY ({quoted(schema.primary)})"
        refused.append(_refusal(schema, f"the key is {', '.join(found.primary) or 'missing'}", change))
    if found.engine != "InnoDB":
        refused.append(_refusal(schema, f"the engine is {found.engine}", "ENGINE=InnoDB"))


def is_wider(now: str, wanted: str) -> bool:
    """Return whether every value of the type `now` fits the type `wanted`."""
    sizes = [(_kind(each), _numbers(each)) for each in (now, wanted)]
    (kind, before), (target, after) = sizes
    if (kind, target) in (("int", "bigint"), ("tinyint", "int"), ("tinyint", "bigint")):
        return True
    if kind == "varchar" and target == TEXT:
        return before[0] * 4 <= 65_535
    if kind != target or kind not in ("varchar", "varbinary", "decimal"):
        return False
    if kind != "decimal":
        return before[0] < after[0]
    digits, scale = (after[0] - after[1]) - (before[0] - before[1]), after[1] - before[1]
    return digits >= 0 and scale >= 0 and digits + scale > 0


def _copies(now: str, wanted: str) -> bool:
    """Return whether MySQL copies the table: only a varchar grows in place, while its length has one size."""
    if _kind(now) != _kind(wanted) or _kind(now) not in ("varchar", "varbinary"):
        return True
    width = 4 if _kind(now) == "varchar" else 1
    return (_numbers(now)[0] * width < 256) != (_numbers(wanted)[0] * width < 256)


def _kind(sql_type: str) -> str:
    return sql_type.partition("(")[0]


def _numbers(sql_type: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", sql_type)]


def _normal(sql_type: str) -> str:
    """Return a type without the display width, which MariaDB reports and MySQL does not."""
    return re.sub(r"^(int|bigint|smallint)\(\d+\)", r"\1", sql_type.lower())


def _alter(schema: RelationalSchema, change: str, *, copies: bool = False) -> Step:
    return Step(table=schema.name, statement=f"ALTER TABLE `{schema.name}` {change}", copies=copies)


def _refusal(schema: RelationalSchema, what: str, change: str) -> str:
    return f"{schema.name}: {what}: ALTER TABLE `{schema.name}` {change};"


def _ddl(connection: Connection, statement: str, table: str, pause: Callable[[float], None]) -> None:
    """Run DDL, and again if readers hold the table's lock. Raises RelationalError after DDL_ATTEMPTS."""
    for attempt in range(1, DDL_ATTEMPTS + 1):
        try:
            run(connection, statement)
            return
        except pymysql.err.Error as error:
            if number_of(error) not in DEADLOCKS:
                raise
            if attempt == DDL_ATTEMPTS:
                where = f"{table}, after {attempt} attempts of {LOCK_SECONDS} s"
                raise translated(error, where) from error
            pause(DDL_PAUSE_SECONDS)
