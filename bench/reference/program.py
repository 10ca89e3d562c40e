"""Compute a domain's gold tables with DuckDB from its source files, as a benchmark and a test oracle.

The reference shares the declarations and the recognition of files with the product, but no code that
reads, types, checks, resolves or aggregates. The marts are `domains/<domain>/reference/<mart>.sql`. Their
SQL reads the resolved tables and other marts by name, and may use `exact_ratio(total, divisor)`, a
quotient rounded once to six digits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import duckdb
from sqlglot import transpile

from bench.reference.rows import cast_text, duckdb_type, read_lines, read_rows, wide_type
from lake.files.recognition import HEAD_BYTES, Recognised, recognise
from lake.model.checks import Effect
from lake.model.spec import Domain, Mart, Table, Versions

# Integer division in millionths keeps the rounding exact. The macros avoid subqueries: an aggregate in
# an argument would be evaluated inside the subquery.
EXACT_RATIO = """
CREATE OR REPLACE MACRO half_up(steps, divisor) AS
    sign(steps) * ((2 * abs(steps) + divisor) // (2 * divisor));
CREATE OR REPLACE MACRO exact_ratio(total, divisor) AS
    CAST(half_up(
        CAST(CAST(total AS DECIMAL(38, 6)) * 1000000 AS HUGEINT), nullif(CAST(divisor AS HUGEINT), 0)
    ) AS DECIMAL(38, 0)) * CAST(0.000001 AS DECIMAL(6, 6));
"""


@dataclass(frozen=True)
class LandingFile:
    """A file of the landing folder; the file with the higher `rank` wins."""

    path: Path
    rank: int
    recognised: Recognised
    table: Table


def reference(
    domain: Domain, landing: Path, connection: duckdb.DuckDBPyConnection
) -> dict[str, duckdb.DuckDBPyRelation]:
    """Build every table and mart of `domain` in `connection` and return the marts by name.

    `landing` is the folder of one upload call. Rows that fail a check are dropped.
    """
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    files = list(landing_files(domain, landing))
    for table in domain.tables_in_order():
        resolve(connection, table, [file for file in files if file.table == table])
    return build_marts(domain, connection)


def build_marts(domain: Domain, connection: duckdb.DuckDBPyConnection) -> dict[str, duckdb.DuckDBPyRelation]:
    """Create every mart from the domain's tables, which `connection` has under their names."""
    connection.execute(EXACT_RATIO)
    return {mart.name: _build_mart(domain, mart, connection) for mart in domain.marts_in_order()}


def _build_mart(domain: Domain, mart: Mart, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    query = resources.files(f"domains.{domain.name}") / "reference" / f"{mart.name}.sql"
    columns = ", ".join(f"TRY_CAST({c.name} AS {duckdb_type(c.type)}) AS {c.name}" for c in mart.columns)
    connection.execute(
        f"CREATE OR REPLACE TABLE {mart.name} AS SELECT {columns} FROM ({query.read_text('utf-8')})"
    )
    return connection.table(mart.name)


def landing_files(domain: Domain, landing: Path) -> Iterator[LandingFile]:
    """Yield files that belong to a table in rank order; of files with the same bytes only the first."""
    seen: set[str] = set()
    paths = [path.relative_to(landing) for path in landing.rglob("*") if path.is_file()]
    for rank, path in enumerate(sorted(paths, key=lambda path: (len(path.parts), path.as_posix()))):
        content = (landing / path).read_bytes()
        recognised = recognise(domain, path.as_posix(), content[:HEAD_BYTES])
        digest = hashlib.sha256(content).hexdigest()
        if recognised.table and not recognised.problem and digest not in seen:
            seen.add(digest)
            yield LandingFile(landing / path, rank, recognised, recognised.table)


def resolve(connection: duckdb.DuckDBPyConnection, table: Table, files: list[LandingFile]) -> None:
    """Create the table `<name>`: the good rows of `files`, one version of each key."""
    if table.stream is not None:
        read_lines(connection, table, [file.path for file in files])
        rank: tuple[str, ...] = ("line_hash",)
        order = ", ".join(f"{name} DESC" for name in (*table.stream.rank, *rank))
    else:
        read_rows(connection, table, [(file.path, file.rank, file.recognised) for file in files])
        rank = ("file_rank", "file_row")
        order = "file_rank DESC, file_row DESC"
    typed = ", ".join(
        f"CAST({cast_text(column)} AS {wide_type(column.type)}) AS {column.name}, "
        f"rows_as_text.{column.name} IS NOT NULL AS has_{column.name}"
        for column in table.columns
    )
    fixed = ", ".join(
        f"CAST({_fixed(table, c.name)} AS {duckdb_type(c.type)}) AS {c.name}" for c in table.columns
    )
    key = ", ".join(table.key)
    wins = (
        f"row_number() OVER (PARTITION BY {key} ORDER BY {order}) = 1"
        if table.versions is Versions.ROW
        else f"file_rank = max(file_rank) OVER (PARTITION BY {key})"
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table.name} AS
        WITH typed AS (SELECT {typed}, {", ".join(rank)} FROM rows_as_text),
        good AS (SELECT * FROM typed WHERE NOT coalesce({_is_quarantined(table)}, FALSE))
        SELECT {fixed} FROM good QUALIFY {wins}
        """
    )
    connection.execute("DROP TABLE rows_as_text")


def _is_quarantined(table: Table) -> str:
    fails = [check.fails for check in table.checks if check.effect is Effect.QUARANTINE]
    tests = [f"coalesce({_in_duckdb(sql)}, FALSE)" for sql in fails]
    tests += [f"{c.name} IS NULL" for c in table.columns if table.is_required(c)]
    tests += [
        f"(has_{c.name} AND {c.name} IS NULL)"
        for c in table.columns
        if table.is_strict(c) and not c.lenient and c.type != "string"
    ]
    return " OR ".join(tests)


def _fixed(table: Table, name: str) -> str:
    value = name
    for check in table.checks:
        if name in check.fix:
            value = f"CASE WHEN {_in_duckdb(check.fails)} THEN {_in_duckdb(check.fix[name])} ELSE {value} END"
    default = table.by_name[name].default
    return value if default is None else f"coalesce({value}, {_in_duckdb(default)})"


def _in_duckdb(predicate: str) -> str:
    """Translate a declared Spark SQL predicate into DuckDB's dialect."""
    return str(transpile(predicate, read="spark", write="duckdb")[0])
