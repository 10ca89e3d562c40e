"""Databases of queries: none is used by queries of other files, and the next one is ready."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from localcloud.errors import LocalCloudError
from localcloud.execution.athena.engines import MOST_CLOSED, Engines, close_to


class Watched(Engines):
    """Engines that note the thread of each start, and may be told to wait or to fail in the background."""

    def __init__(self, spill: Path) -> None:
        super().__init__(spill)
        self.starts: list[str] = []
        self.may_start = threading.Event()
        self.may_start.set()
        self.fails = False
        self.started: list[duckdb.DuckDBPyConnection] = []

    def _start(self) -> duckdb.DuckDBPyConnection:
        name = threading.current_thread().name
        self.starts.append(name)
        if name.startswith("athena-engine"):
            assert self.may_start.wait(30)
            if self.fails:
                raise OSError("no space left")
        self.started.append(super()._start())
        return self.started[-1]

    def settle(self) -> None:
        """Wait until nothing starts in the background."""
        wait(self._successors, 30)

    @property
    def kept(self) -> int:
        return len(self._successors)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    engines = Watched(tmp_path / "spill")
    yield engines
    engines.may_start.set()
    engines.close()


def is_open(connection: duckdb.DuckDBPyConnection) -> bool:
    try:
        connection.execute("SELECT 1")
    except duckdb.ConnectionException:
        return False
    return True


def test_a_query_finds_nothing_of_the_one_before(watched: Watched) -> None:
    with watched.lend() as first:
        first.execute("CREATE TABLE left_over AS SELECT 1 AS a")
        close_to(first, ())
    with watched.lend() as second:
        assert second.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []
        # The settings of the one before are locked.
        second.execute("SET threads = 1")
    with pytest.raises(duckdb.ConnectionException):
        first.execute("SELECT 1")


def test_every_database_has_the_settings_and_macros_of_athena(watched: Watched) -> None:
    for _ in range(2):
        with watched.lend() as connection:
            row = connection.execute("SELECT current_setting('TimeZone'), floor_divide(-3, 2)").fetchone()
            assert row == ("UTC", -2)


def test_a_failed_query_returns_its_database_too(watched: Watched) -> None:
    with pytest.raises(duckdb.CatalogException), watched.lend() as connection:
        connection.execute("SELECT * FROM missing")
    with watched.lend() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_queries_at_the_same_time_have_databases_of_their_own(watched: Watched) -> None:
    for _ in range(2):
        with watched.lend() as one, watched.lend() as other:
            one.execute("CREATE TABLE mine AS SELECT 1 AS a")
            assert other.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_the_database_of_the_second_query_was_started_in_the_background(watched: Watched) -> None:
    with watched.lend():
        pass
    watched.settle()
    first, second = watched.starts
    assert (first, second.startswith("athena-engine")) == (threading.current_thread().name, True)
    with watched.lend() as connection:
        assert connection is watched.started[1]
        assert len(watched.starts) == 2


def test_a_query_does_not_wait_for_a_database_that_is_being_started(watched: Watched) -> None:
    watched.may_start.clear()
    for _ in range(3):
        with watched.lend() as connection:
            assert is_open(connection)
    assert watched.starts.count(threading.current_thread().name) == 3
    assert watched.kept == 1


def test_a_successor_that_failed_does_not_hurt_the_next_query(watched: Watched) -> None:
    watched.fails = True
    with watched.lend():
        pass
    watched.settle()
    watched.fails = False
    with watched.lend() as connection:
        assert is_open(connection)
    watched.settle()
    with watched.lend() as connection:
        assert connection is watched.started[-1]
        assert len(watched.starts) == 4


def test_as_many_are_kept_as_queries_ran_at_the_same_time(watched: Watched) -> None:
    with watched.lend(), watched.lend():
        pass
    assert watched.kept == 2
    with watched.lend():
        pass
    assert watched.kept == 2


def test_after_the_end_nothing_is_open_or_started(watched: Watched, tmp_path: Path) -> None:
    with watched.lend(), watched.lend():
        pass
    watched.close()
    starts = len(watched.starts)
    assert not any(map(is_open, watched.started))
    (tmp_path / "spill").rmdir()
    with pytest.raises(LocalCloudError, match="stops"), watched.lend():
        pass
    assert (len(watched.starts), (tmp_path / "spill").exists()) == (starts, False)


def test_a_query_that_fails_during_the_end_keeps_its_error(watched: Watched) -> None:
    def query() -> None:
        with watched.lend() as connection:
            watched.close()
            connection.execute("SELECT * FROM missing")

    with pytest.raises(duckdb.CatalogException):
        query()
    assert not is_open(watched.started[0])
    assert len(watched.starts) == 1


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files of a number in each."""
    found = [tmp_path / f"{number}.csv" for number in range(3)]
    for number, file in enumerate(found):
        file.write_text(f"a\n{number}\n")
    return found


def test_queries_of_the_same_files_use_one_database_and_find_nothing_of_each_other(
    watched: Watched, files: list[Path]
) -> None:
    own = frozenset(files[:2])
    for _ in range(2):
        with watched.lend_for(own) as engine:
            engine.connection.begin()
            assert engine.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
            assert engine.connection.execute(
                "SELECT count(*) FROM duckdb_views() WHERE NOT internal"
            ).fetchone() == (0,)
            engine.connection.execute("CREATE TEMP TABLE left_over AS SELECT 1 AS a")
            engine.connection.execute(f"CREATE VIEW seen AS SELECT a FROM read_csv('{files[0]}')")
            assert engine.connection.execute("SELECT a FROM seen").fetchall() == [(0,)]
    assert watched.started[0] is engine.connection


def test_a_database_reaches_the_files_of_its_queries_only(watched: Watched, files: list[Path]) -> None:
    with watched.lend_for(frozenset(files[:1])) as first:
        first.connection.begin()
    with watched.lend_for(frozenset(files[1:])) as other:
        other.connection.begin()
        assert other.connection is not first.connection
        assert other.connection.execute(f"SELECT a FROM read_csv('{files[2]}')").fetchall() == [(2,)]
    with watched.lend_for(frozenset(files[:1])) as again:
        again.connection.begin()
        assert again is first
        with pytest.raises(duckdb.PermissionException):
            again.connection.execute(f"SELECT a FROM read_csv('{files[2]}')")
        again.connection.rollback()
        again.connection.begin()


def test_a_file_that_is_written_again_has_its_new_content(watched: Watched, files: list[Path]) -> None:
    table = files[0].with_suffix(".parquet")
    read = []
    for number in (1, 2):
        pq.write_table(pa.table({"a": [number]}), table)
        with watched.lend_for(frozenset([table])) as engine:
            engine.connection.begin()
            read += engine.connection.execute(f"SELECT a FROM read_parquet('{table}')").fetchall()
    assert read == [(1,), (2,)]


def test_a_database_is_closed_after_an_error(watched: Watched) -> None:
    def query() -> None:
        with watched.lend_for(frozenset()) as engine:
            engine.connection.begin()
            engine.connection.execute("SELECT * FROM missing")

    with pytest.raises(duckdb.CatalogException):
        query()
    assert not is_open(watched.started[0])
    with watched.lend_for(frozenset()) as other:
        other.connection.begin()
    assert other.connection is not watched.started[0]


def test_queries_of_the_same_files_at_the_same_time_have_databases_of_their_own(watched: Watched) -> None:
    with watched.lend_for(frozenset()) as one, watched.lend_for(frozenset()) as other:
        one.connection.begin()
        other.connection.begin()
        assert one.connection is not other.connection


def test_the_databases_that_were_used_last_are_kept_until_the_end(watched: Watched, tmp_path: Path) -> None:
    for number in range(MOST_CLOSED + 1):
        with watched.lend_for(frozenset([tmp_path / str(number)])) as engine:
            engine.connection.begin()
    used = [each for each in watched.started if is_open(each)]
    assert engine.connection in used
    assert len(used) <= MOST_CLOSED + 1  # One is ready for other files.
    watched.close()
    assert not any(map(is_open, watched.started))
    with pytest.raises(LocalCloudError, match="stops"), watched.lend_for(frozenset()):
        pass
