"""Files of the writer that needs the standard library alone, read by pyarrow and DuckDB."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.runs.parquet import parquet_file
from lake.model.columns import Column, bigint, date, decimal, text, timestamp

COLUMNS = (
    text("name", "Name."),
    bigint("files", "Files."),
    timestamp("at", "Time."),
    decimal(18, 6)("usd", "Dollars."),
)
AT = dt.datetime(2026, 11, 27, 8, 30, 0, 123456, tzinfo=dt.UTC)
ROWS: list[dict[str, object]] = [
    {"name": "x-1", "files": 12, "at": AT, "usd": Decimal("0.010267")},
    {"name": "größer", "files": -1, "at": dt.datetime(1969, 12, 31, tzinfo=dt.UTC), "usd": Decimal("-12.5")},
    {"name": None, "files": None, "at": None, "usd": None},
    {"name": "", "files": 0, "at": AT, "usd": Decimal(0)},
]


def test_rows_are_read_with_their_types() -> None:
    found = pq.read_table(io.BytesIO(parquet_file(COLUMNS, ROWS)))
    assert found.schema == pa.schema(
        [
            ("name", pa.string()),
            ("files", pa.int64()),
            ("at", pa.timestamp("us", tz="UTC")),
            ("usd", pa.decimal128(18, 6)),
        ]
    )
    assert found.to_pylist() == ROWS


def test_another_engine_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(parquet_file(COLUMNS, ROWS))
    found = duckdb.connect().execute(f'SELECT name, files, usd, epoch_us("at") FROM "{path}"').fetchall()
    assert found[0] == ("x-1", 12, Decimal("0.010267"), 1795768200123456)
    assert found[2] == (None, None, None, None)


def test_a_file_without_rows_has_its_columns() -> None:
    found = pq.read_table(io.BytesIO(parquet_file(COLUMNS, [])))
    assert (found.column_names, found.num_rows) == (["name", "files", "at", "usd"], 0)


@settings(deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.none() | st.text(st.characters(codec="utf-8"), max_size=300),
                "files": st.none() | st.integers(-(2**63), 2**63 - 1),
                "at": st.none()
                | st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31), timezones=st.just(dt.UTC)),
                "usd": st.none() | st.decimals("-999999999999", "999999999999", places=6),
            }
        ),
        max_size=40,
    )
)
def test_any_rows_come_back(rows: list[dict[str, object]]) -> None:
    assert pq.read_table(io.BytesIO(parquet_file(COLUMNS, rows))).to_pylist() == rows


def test_many_columns_need_the_long_form_of_a_list() -> None:
    columns = [bigint(f"c{number}", "Number.") for number in range(40)]
    row = {column.name: place for place, column in enumerate(columns)}
    assert pq.read_table(io.BytesIO(parquet_file(columns, [row]))).to_pylist() == [row]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (date("day", "Day."), dt.date(2026, 1, 1), "cannot be written"),
        (decimal(38, 2)("usd", "Dollars."), Decimal(1), r"no values of the type decimal\(38,2\)"),
        (decimal(18, 2)("usd", "Dollars."), Decimal("0.001"), "0.001 has too many decimal places"),
        (text("name", "Name."), 1.5, "1.5 cannot be written"),
    ],
)
def test_what_cannot_be_written_exactly_is_refused(column: Column, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parquet_file([column], [{column.name: value}])
