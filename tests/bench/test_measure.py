"""Published marts are compared with the reference row by row, and Parquet files are counted by layer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from bench.measure import CATALOGUED, NAMES, equal_marts, parquet_files, seconds_to_catalog
from lake.model.columns import integer, text, timestamp
from lake.model.spec import Domain, Mart
from localcloud.client import StateTime

VISITS = Mart(
    name="visits_by_guest",
    description="Visits.",
    grain=("guest",),
    inputs=(),
    columns=(text("guest", "Guest."), integer("visits", "Visits."), timestamp("last_at", "Last visit.")),
)
HOTEL = Domain(name="hotel", description="A hotel.", tables=(), marts=(VISITS,))
ROW = "SELECT 'ana' AS guest, 2 AS visits, TIMESTAMPTZ '2025-01-01 00:00:00Z' AS last_at"


def publish(home: Path, sql: str) -> None:
    folder = home / "s3" / NAMES.curated_bucket / "hotel" / "visits_by_guest" / "year=2025"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{folder}/part.parquet' (FORMAT parquet)")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("SELECT 'ana' AS guest, 2 AS visits, TIMESTAMP '2025-01-01 00:00:00' AS last_at", (1, [])),
        (f"{ROW} UNION ALL {ROW}", (0, ["visits_by_guest"])),
        (ROW.replace("2 AS visits", "NULL AS visits"), (0, ["visits_by_guest"])),
    ],
)
def test_marts_are_compared_row_by_row(
    tmp_path: Path, reference: str, expected: tuple[int, list[str]]
) -> None:
    publish(tmp_path, ROW)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE visits_by_guest AS {reference}")
        assert equal_marts(tmp_path, HOTEL, connection) == expected


def test_marts_that_the_reference_does_not_build_are_left_out(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        assert equal_marts(tmp_path, HOTEL, connection) == (0, [])


def test_parquet_files_are_counted_by_layer_without_quarantine(tmp_path: Path) -> None:
    publish(tmp_path, ROW)
    for layer in ("bronze", "quarantine"):
        folder = tmp_path / "s3" / NAMES.processed_bucket / layer / "hotel" / "visits"
        folder.mkdir(parents=True)
        for name in ("a.parquet", "b.parquet", "a.crc"):
            (folder / name).touch()
    assert parquet_files(tmp_path, HOTEL) == {"bronze": 2, "silver": 0, "gold": 1}


UPLOADED = datetime(2025, 1, 1, 12, tzinfo=UTC)


def state(name: str, second: int, seconds: float | None = 1.0) -> StateTime:
    return StateTime(name, UPLOADED + timedelta(seconds=second), seconds)


def test_gold_is_in_the_catalog_after_the_last_crawl_of_it() -> None:
    states = [state(CATALOGUED, 20, 0.5), state("UpdateCopies", 21, 9.0), state(CATALOGUED, 30, 0.25)]
    assert seconds_to_catalog(UPLOADED, states) == 30.25
    assert seconds_to_catalog(UPLOADED, states[:2]) == 20.5


def test_without_new_gold_nothing_comes_into_the_catalog() -> None:
    assert seconds_to_catalog(UPLOADED, [state("NothingNew", 3), state(CATALOGUED, 4, None)]) is None


def test_the_state_is_one_of_the_pipeline() -> None:
    generated = Path(__file__).resolve().parents[2] / "docs" / "generated" / "state-machine.md"
    assert CATALOGUED in generated.read_text(encoding="utf-8")
