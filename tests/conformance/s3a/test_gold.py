"""Tables of two runs are compared row by row."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from conformance.s3a.gold import differences, rows_of


def write(folder: Path, *amounts: str, run: str = "r1") -> None:
    folder.mkdir(parents=True)
    table = {"amount": [Decimal(amount) for amount in amounts], "run": [run] * len(amounts)}
    pq.write_table(pa.table(table), folder / "part-0.parquet")


def test_same_rows_in_another_order_and_run_do_not_differ(tmp_path: Path) -> None:
    write(tmp_path / "a" / "year=2025", "1.10", "2.20", "2.20")
    write(tmp_path / "b" / "year=2025", "2.20", "1.10", "2.20", run="r2")
    rows = [rows_of(tmp_path / side, without=["run"]) for side in ("a", "b")]

    assert rows[0].total() == 3
    assert differences(*rows) == []


def test_each_differing_row_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a" / "year=2025", "1.10", "2.20", "2.20")
    write(tmp_path / "b" / "year=2025", "1.10", "2.20", "3.30")
    lines = differences(*(rows_of(tmp_path / side, without=["run"]) for side in ("a", "b")))

    assert len(lines) == 2
    assert lines[0].startswith("missing 1 of ('amount DECIMAL(3,2): 2.20',")
    assert lines[1].startswith("surplus 1 of ('amount DECIMAL(3,2): 3.30',")


def test_type_of_a_column_counts(tmp_path: Path) -> None:
    for side, value in (("a", 1), ("b", "1")):
        (tmp_path / side).mkdir()
        pq.write_table(pa.table({"n": [value]}), tmp_path / side / "part-0.parquet")

    assert len(differences(rows_of(tmp_path / "a"), rows_of(tmp_path / "b"))) == 2


def test_folder_without_files_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(tmp_path) == {}


def test_times_with_a_zone_are_compared_in_utc(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    time = datetime(2025, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    pq.write_table(
        pa.table({"at": pa.array([time], pa.timestamp("us", "UTC"))}), tmp_path / "a" / "part.parquet"
    )

    assert list(rows_of(tmp_path / "a")) == [
        ("at TIMESTAMP WITH TIME ZONE: 2025-07-01 10:30:00+00",),
    ]
