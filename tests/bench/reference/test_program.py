"""The DuckDB reference reads, checks and resolves source files like the product."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from bench.reference.program import landing_files, reference, resolve
from lake.model.checks import at_least, flag
from lake.model.columns import bigint, boolean, date, integer, money, text, timestamp
from lake.model.spec import Domain, Stream, Table, Versions

VISITS = Table(
    name="visits",
    description="Visits.",
    key=("visit_id",),
    dated_by="seen_at",
    columns=(
        bigint("visit_id", "Id."),
        timestamp("seen_at", "When.", source="when", bare_date=True),
        money("paid_usd", "Paid.", strict=True),
        integer("guests", "Guests.", default="1"),
        boolean("member", "Member."),
        date("born", "Born."),
        text("note", "Note.", clean="lower({})"),
        date("paid_month", "First day of the month.", source="paid_on", derive="trunc({}, 'month')"),
    ),
    checks=(at_least("paid_usd", 0), flag("guests.range", "guests > 10", "at most ten", guests="10")),
)
VISIT_LINES = Table(
    name="visit_lines",
    description="Lines.",
    key=("visit_id",),
    versions=Versions.GROUP,
    columns=(bigint("visit_id", "Id."), integer("units", "Units.", required=True)),
)
DOMAIN = Domain(name="hotel", description="A hotel.", tables=(VISITS, VISIT_LINES))

Resolve = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def rows(tmp_path: Path) -> Resolve:
    """Write files (path → content) and return columns of the resolved table."""

    def run(table: Table, columns: str, files: dict[str, str | bytes]) -> list[tuple[object, ...]]:
        for path, content in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        of_table = [file for file in landing_files(DOMAIN, tmp_path) if file.table == table]
        resolve(connection, table, of_table)
        return connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY ALL").fetchall()

    return run


HEADER = "visit_id,when,paid_usd,guests,member,born,note\n"


def test_derived_column_is_computed_from_its_source(rows: Resolve) -> None:
    content = "visit_id,when,paid_on\n1,2025-01-01,2024-02-29\n2,2025-01-01,29.02.2024\n"
    found = rows(VISITS, "visit_id, paid_month::VARCHAR", {"visits.csv": content})
    assert found == [(1, "2024-02-01"), (2, None)]


def test_texts_are_trimmed_and_cast(rows: Resolve) -> None:
    found = rows(
        VISITS,
        "visit_id, seen_at::VARCHAR, paid_usd::VARCHAR, guests, member, born::VARCHAR, note",
        {
            "visits.csv": HEADER
            + '1.0,2025-01-01T00:30:00+01:00,1.005,2.0,TRUE,2000-02-29," A ""B"",\nC "\n'
            + "2,2025-01-01,0,,,,\n"
            + "3,2025-01-01 00:00:00.5,0,1.5,yes,2000-2-1,x\n"
        },
    )
    assert found == [
        (1, "2024-12-31 23:30:00", "1.01", 2, True, "2000-02-29", 'a "b",\nc'),
        (2, "2025-01-01 00:00:00", "0.00", 1, None, None, None),
        (3, "2025-01-01 00:00:00.5", "0.00", 1, None, None, "x"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        ",2025-01-01,1,1,,,",
        "x,2025-01-01,1,1,,,",
        "7,,1,1,,,",
        "7,2025-1-1,1,1,,,",
        "7,2025-01-01,free,1,,,",
        "7,2025-01-01,-0.01,1,,,",
        "7,2025-01-01,1,1,,",
        "7,2025-01-01,1,1,,,,surplus",
    ],
)
def test_bad_row_is_left_out_and_the_others_stay(rows: Resolve, line: str) -> None:
    good = "1,2025-01-01,0,1,,,\n"
    found = rows(VISITS, "visit_id", {"visits.csv": f"{HEADER}{good}{line}\n{good.replace('1,', '2,', 1)}"})
    assert found == [(1,), (2,)]


def test_flagged_row_is_fixed(rows: Resolve) -> None:
    lines = "1,2025-01-01,0,10,,,\n2,2025-01-01,0,11,,,\n"
    assert rows(VISITS, "visit_id, guests", {"visits.csv": HEADER + lines}) == [(1, 10), (2, 10)]


def test_rows_rank_by_depth_then_path_then_row_number(rows: Resolve) -> None:
    def visit(number: int, note: str) -> str:
        return f"{number},2025-01-01,0,1,,,{note}\n"

    found = rows(
        VISITS,
        "visit_id, note",
        {
            "visits_b.csv": HEADER + visit(1, "shallow") + visit(2, "later path") + visit(3, "first row"),
            "visits_a.csv": HEADER + visit(2, "earlier path"),
            "visits_c.csv": HEADER + visit(3, "row 1") + visit(3, "row 2"),
            "month=1/visits_a.csv": HEADER + visit(1, "deep"),
        },
    )
    assert found == [(1, "deep"), (2, "later path"), (3, "row 2")]


def test_highest_file_replaces_all_lines_of_a_key_and_equal_lines_stay(rows: Resolve) -> None:
    found = rows(
        VISIT_LINES,
        "visit_id, units",
        {
            "visit_lines_a.csv": "visit_id,units\n1,5\n1,6\n2,7\n",
            "visit_lines_b.csv": "visit_id,units\n1,8\n1,8\n2,none\n",
        },
    )
    assert found == [(1, 8), (1, 8), (2, 7)]


def test_columns_are_matched_by_name_and_files_may_be_compressed(rows: Resolve) -> None:
    found = rows(
        VISIT_LINES,
        "visit_id, units",
        {
            "visit_lines_a.csv": "units,new,visit_id\n5,x,1\n",
            "visit_lines_b.csv.gz": gzip.compress(b"\xef\xbb\xbfvisit_id,units\r\n2,6\r\n"),
            "unknown.csv": "a\n1\n",
            "visit_lines_c.csv": "units\n1\n",
        },
    )
    assert found == [(1, 5), (2, 6)]


def test_of_files_with_the_same_bytes_the_first_counts(rows: Resolve) -> None:
    found = rows(
        VISIT_LINES,
        "visit_id, units",
        {
            "visit_lines_a.csv": "visit_id,units\n1,5\n",
            "visit_lines_b.csv": "visit_id,units\n1,6\n",
            "visit_lines_c.csv": "visit_id,units\n1,5\n",
        },
    )
    assert found == [(1, 6)]


def test_table_without_files_is_empty(rows: Resolve) -> None:
    assert rows(VISITS, "visit_id", {}) == []


@pytest.mark.parametrize(
    ("total", "divisor", "expected"),
    [
        ("0.02", "3", "0.006667"),
        ("1", "128", "0.007813"),
        ("-1", "128", "-0.007813"),
        ("1", "0", None),
        ("NULL", "1", None),
    ],
)
def test_ratio_is_rounded_once_half_away_from_zero(
    tmp_path: Path, total: str, divisor: str, expected: str | None
) -> None:
    connection = duckdb.connect()
    reference(Domain(name="empty", description="Nothing.", tables=()), tmp_path, connection)
    query = f"SELECT CAST(CAST(exact_ratio({total}, {divisor}) AS DECIMAL(18, 6)) AS VARCHAR)"
    assert connection.execute(query).fetchall() == [(expected,)]


CLICKS = Table(
    name="clicks",
    description="Clicks.",
    key=("id",),
    dated_by="day",
    columns=(
        text("id", "Id."),
        date("day", "Day."),
        integer("version", "Version.", required=True),
        money("paid_usd", "Paid."),
    ),
    stream=Stream(folders=("clicks",), rank=("version",)),
)


def test_versions_of_a_stream_rank_by_the_declared_columns_then_by_the_hash_of_the_line(
    tmp_path: Path,
) -> None:
    lines = {
        "clicks/2.jsonl": """
            {"id": "a", "day": "2025-01-01", "version": 1, "paid_usd": 9}
            {"id": "b", "day": "2025-01-01", "version": "1.0", "paid_usd": "1.005"}
            {"id": "c", "day": "2025-01-01", "paid_usd": 1}
            not JSON
            ["id", "d"]
            """,
        "clicks/1.jsonl": """
            {"id": "a", "day": "2025-01-01", "version": 2, "paid_usd": 3}
            {"id": " b ", "day": "2025-01-01", "version": 1, "paid_usd": null}
            """,
    }
    for path, content in lines.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("\n".join(line.strip() for line in content.strip().splitlines()))
    connection = duckdb.connect()

    reference(Domain(name="web", description="Web.", tables=(CLICKS,)), tmp_path, connection)

    hashes = [
        hashlib.sha256(line.encode()).hexdigest()
        for line in ('{"id": "b", "day": "2025-01-01", "version": "1.0", "paid_usd": "1.005"}',
                     '{"id": " b ", "day": "2025-01-01", "version": 1, "paid_usd": null}')
    ]  # fmt: skip
    paid_by_b = "1.01" if hashes[0] > hashes[1] else None
    found = connection.execute("SELECT id, version, CAST(paid_usd AS VARCHAR) FROM clicks ORDER BY id")
    assert found.fetchall() == [("a", 2, "3.00"), ("b", 1, paid_by_b)]
