"""Databases of queries: none is used twice, and the next one is ready."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from localcloud.execution.athena.engines import Engines
from localcloud.execution.athena.queries import close_to


def test_a_query_finds_nothing_of_the_one_before(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "spill")
    with engines.lend() as first:
        first.execute("CREATE TABLE left_over AS SELECT 1 AS a")
        close_to(first, ())
    with engines.lend() as second:
        assert second.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []
        # The settings of the one before are locked.
        second.execute("SET threads = 1")
    with pytest.raises(duckdb.ConnectionException):
        first.execute("SELECT 1")


def test_every_database_has_the_settings_and_macros_of_athena(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "spill")
    for _ in range(2):
        with engines.lend() as connection:
            row = connection.execute("SELECT current_setting('TimeZone'), floor_divide(-3, 2)").fetchone()
            assert row == ("UTC", -2)


def test_a_failed_query_returns_its_database_too(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "spill")
    with pytest.raises(duckdb.CatalogException), engines.lend() as connection:
        connection.execute("SELECT * FROM missing")
    with engines.lend() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_queries_at_the_same_time_have_databases_of_their_own(tmp_path: Path) -> None:
    engines = Engines(tmp_path / "spill")
    for _ in range(2):
        with engines.lend() as one, engines.lend() as other:
            one.execute("CREATE TABLE mine AS SELECT 1 AS a")
            assert other.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
