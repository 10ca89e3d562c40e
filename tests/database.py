"""A small shop's relational copy on a real server: rows in, rows out, loads that die at a given statement."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from glue_jobs.relational.connection import Access, Connection, connect, rows
from glue_jobs.relational.content import Content, Months
from glue_jobs.relational.load import Load, Parts, Report
from lake.model.columns import bigint, integer, money, text, timestamp
from lake.model.marts import Mart, PartitionUnit
from lake.model.relational.schema import RelationalSchema, relational_schemas
from lake.model.relational.tables import RelationalReference, RelationalTable
from lake.model.spec import Domain, Table, Versions
from localcloud.database.mariadb import MariaDB

Values = tuple[Any, ...]
Tables = Mapping[str, Mapping[int, Sequence[Values]]]
"""Table → month → rows, whose values are texts as Spark writes them, or None."""

PEOPLE = Table(
    name="people",
    description="People.",
    key=("person_id",),
    columns=(bigint("person_id", "Id."), text("note", "Note."), text("town", "Town.")),
)
SALES = Table(
    name="sales",
    description="Sales.",
    key=("sale_id",),
    dated_by="sold_at",
    columns=(
        bigint("sale_id", "Id."),
        bigint("person_id", "Buyer."),
        timestamp("sold_at", "When."),
        money("amount", "Price."),
    ),
)
LINES = Table(
    name="sale_lines",
    description="Lines of a sale.",
    key=("sale_id",),
    versions=Versions.GROUP,
    columns=(bigint("sale_id", "Sale."), text("item", "Item.")),
    numbered=integer("line_no", "Number."),
)
BY_TOWN = Mart(
    name="by_town",
    description="Sales by town.",
    grain=("town",),
    inputs=("people", "sales"),
    columns=(text("town", "Town."), bigint("sales", "Number.")),
)
BY_YEAR = Mart(
    name="by_year",
    description="Sales by year.",
    grain=("year_no",),
    inputs=("sales",),
    partition_by=PartitionUnit.YEAR,
    dated_by="sold_at",
    columns=(integer("year_no", "Year."), timestamp("sold_at", "Last sale."), bigint("sales", "Number.")),
)
RELATIONAL = (
    RelationalTable(name="people", key=("person_id",), lengths={"town": 20}, indexes=(("town",),)),
    RelationalTable(
        name="sales", key=("sale_id",), references=(RelationalReference(column="person_id", table="people"),)
    ),
    RelationalTable(name="sale_lines", key=("sale_id", "line_no"), lengths={"item": 10}),
    RelationalTable(name="by_town", key=("town",), lengths={"town": 20}),
)


def declared(name: str, relational: tuple[RelationalTable, ...] = RELATIONAL) -> Domain:
    """Return the small shop under a name of its own, which is its schema's name."""
    return Domain(
        name=name,
        description="A small shop.",
        tables=(PEOPLE, SALES, LINES),
        marts=(BY_TOWN, BY_YEAR),
        relational=relational,
    )


def content(values: Sequence[Values]) -> Content:
    """Return the content of rows, computed without Spark and MySQL."""
    texts = ["\t".join(r"\N" if value is None else value for value in row) for row in values]
    return Content(
        rows=len(values),
        crc32=sum(zlib.crc32(each.encode()) for each in texts),
        xxhash64=sum(zlib.crc32(b"x" + line(row).encode()) for row in values),
    )


def contents(schemas: Sequence[RelationalSchema], tables: Tables) -> dict[str, Months]:
    """Return the content of every month by table."""
    return {
        schema.name: {month: content(values) for month, values in tables.get(schema.name, {}).items()}
        for schema in schemas
    }


def line(row: Values) -> str:
    """Return a row as it stands in a text file."""
    return "\t".join(r"\N" if value is None else escaped(value) for value in row)


def escaped(value: str) -> str:
    for character, code in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\0", "\\0")):
        value = value.replace(character, code)
    return value


@dataclass
class Copy:
    """The relational copy of one small shop. `at` advances by a second with each load."""

    server: MariaDB
    name: str
    folder: Path
    relational: tuple[RelationalTable, ...] = RELATIONAL
    loads: int = 0
    pauses: list[float] = field(default_factory=list)

    @property
    def schemas(self) -> tuple[RelationalSchema, ...]:
        return relational_schemas(declared(self.name, self.relational))

    @property
    def access(self) -> Access:
        tls = self.server.tls
        return Access(
            host="127.0.0.1", port=self.server.port, user=self.server.user, password=self.server.password,
            authorities=tls.authority.read_text(),
        )  # fmt: skip

    def connect(self) -> Connection:
        return connect(self.access, self.name)

    def load(self, tables: Tables, **options: Any) -> Report:
        """Make the copy equal to `tables`; return the report."""
        return self.prepared(tables, **options).run()

    def prepared(self, tables: Tables, **options: Any) -> Load:
        """Return a load that has not run yet."""
        self.loads += 1
        folder = self.folder / f"load-{self.loads}"

        def prepare(table: str, months: Collection[int]) -> Parts:
            def parts(month: int) -> list[Path]:
                given = tables.get(table, {}).get(month)
                if given is None:
                    return []
                file = folder / f"{table}-{month}.txt"
                folder.mkdir(parents=True, exist_ok=True)
                file.write_text("".join(f"{line(row)}\n" for row in given), encoding="utf-8", newline="")
                return [file]

            return parts

        return Load(
            connect=options.pop("connect", self.connect),
            domain=self.name,
            schemas=self.schemas,
            contents=options.pop("contents", lambda: contents(self.schemas, tables)),
            prepare=options.pop("prepare", prepare),
            execution=options.pop("execution", f"x{self.loads:04d}"),
            at=datetime(2026, 1, 1, 0, 0, self.loads % 60, tzinfo=UTC),
            pause=self.pauses.append,
            **options,
        )

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query, as an application sees them."""
        connection = self.connect()
        try:
            return rows(connection, statement, values)
        finally:
            connection.close()

    def table(self, name: str) -> list[Values]:
        """Return a table's rows as texts, in the order of the key."""
        [schema] = [schema for schema in self.schemas if schema.name == name]
        columns = ", ".join(f"CAST({field.name} AS CHAR)" for field in schema.fields)
        order = ", ".join(schema.primary)
        return self.query(f"SELECT {columns} FROM {name} ORDER BY {order}")

    def state(self) -> dict[str, list[Values]]:
        """Return the rows of every table."""
        return {schema.name: self.table(schema.name) for schema in self.schemas}

    def staging_tables(self) -> list[str]:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
        return [name for (name,) in self.query(query, self.name) if name.startswith("caudal_load_")]


def expected(tables: Tables) -> dict[str, list[Values]]:
    """Return what `Copy.state` returns after a load of these tables."""
    schemas = relational_schemas(declared("expected"))
    return {
        schema.name: sorted(
            (row for given in tables.get(schema.name, {}).values() for row in given),
            key=lambda row, schema=schema: [_key(row, schema, name) for name in schema.key],  # type: ignore[misc]
        )
        for schema in schemas
    }


def _key(row: Values, schema: RelationalSchema, name: str) -> tuple[int, bytes]:
    position = [field.name for field in schema.fields].index(name)
    value, declared_type = row[position], schema.fields[position].type
    if declared_type in ("int", "bigint"):
        return int(value), b""
    return 0, (value or "").encode()


JANUARY, FEBRUARY = 202401, 202402


def sale(number: int, amount: str, month: int = 1, person: str | None = "1") -> Values:
    """Return a row of sales on the fifth of a month of 2024."""
    return (str(number), person, f"2024-{month:02d}-05 10:00:00.000000", amount)


FIRST: Tables = {
    "people": {0: [("1", "Ana", "Rome"), ("2", None, None)]},
    "sales": {JANUARY: [sale(1, "10.00"), sale(2, "20.00")], FEBRUARY: [sale(3, "30.00", 2)]},
    "sale_lines": {JANUARY: [("1", "pen", "1"), ("1", "pen", "2")], FEBRUARY: [("3", "ink", "1")]},
    "by_town": {0: [("Rome", "2"), (None, "1")]},
}


def with_(**changes: Any) -> Tables:
    """Return FIRST with other rows in some tables."""
    return {**FIRST, **changes}
