"""A real database server in a folder: started, stopped, and started again with its data."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from glue_jobs.relational.connection import Access, connect, rows
from localcloud.context import Context
from localcloud.database import mariadb
from localcloud.database.mariadb import MariaDB, programs
from localcloud.database.rds import FOLDER, Databases
from localcloud.errors import LocalCloudError

FOUND = programs()
pytestmark = pytest.mark.skipif(
    FOUND is None and not os.environ.get("CI"), reason=f"install {mariadb.PACKAGES}"
)


def made(folder: Path, **options: object) -> MariaDB:
    assert FOUND is not None, f"install {mariadb.PACKAGES}"
    return MariaDB(folder, FOUND, password="secret", **options)  # type: ignore[arg-type]


def test_a_server_starts_stops_and_starts_again_on_its_port(tmp_path: Path) -> None:
    """The folder's name has a blank, and the path is longer than a socket's may be."""
    server = made(tmp_path / ("a long name " * 10))
    server.start()
    port = server.port
    assert server.is_running
    assert mariadb._answers(port)
    server.stop()
    assert not server.is_running
    assert not mariadb._answers(port)
    server.start()
    assert server.port == port
    server.stop()


def test_an_orphan_of_a_killed_process_is_ended(tmp_path: Path) -> None:
    orphan = made(tmp_path / "db")
    orphan.start()
    process = orphan._process
    assert process is not None
    server = made(tmp_path / "db")
    server.start()
    assert process.wait(10) == 0
    assert server.is_running
    server.stop()


def test_servers_do_not_share_temporary_files(tmp_path: Path) -> None:
    """A server that starts removes what it finds in that folder: beside another it broke both."""
    servers = [made(tmp_path / name) for name in ("one", "two")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(MariaDB.start, servers))
    for server in servers:
        access = Access(
            host="127.0.0.1", port=server.port, user=server.user, password=server.password,
            authorities=server.tls.authority.read_text(),
        )  # fmt: skip
        connection = connect(access, "shop")
        assert rows(connection, "SELECT @@tmpdir") == [(str(server.folder / "tmp"),)]
        connection.close()
        server.stop()


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match=r"(?s)did not start.*unknown option"):
        made(tmp_path / "db", options=("--no-such-option",)).start()


def test_unpacked_packages_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mariadb, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs([tmp_path]) is None
    for name in ("usr/sbin/mariadbd", "usr/bin/mariadb-install-db"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = programs([tmp_path])
    assert found is not None
    assert found.root == tmp_path
    assert found.places[0] == f"--basedir={tmp_path / 'usr'}"


def test_tables_that_cannot_be_made_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "No space left on device")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(LocalCloudError, match=r"(?s)No space left on device.*Check the free space"):
        made(tmp_path / "db").start()
    assert not (tmp_path / "db" / "data").exists()


def test_a_database_that_is_prepared_is_created_with_its_tables(tmp_path: Path) -> None:
    databases = Databases(Context(home=tmp_path))
    try:
        databases.prepare("orders")
        databases.prepare("orders")
        server = databases.create("orders", user="admin", password="secret")
        assert server.is_running
        assert [each.name for each in (tmp_path / FOLDER).iterdir()] == ["orders"]
    finally:
        databases.stop()
    assert not server.is_running


@pytest.mark.parametrize(
    "error", [LocalCloudError("the disk is full", where="x"), PermissionError("the disk is full")]
)
def test_a_preparation_that_fails_fails_the_creation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Not before: an error that the thread does not keep would fail this test as a warning."""

    def fail(_: MariaDB) -> None:
        raise error

    monkeypatch.setattr(MariaDB, "install", fail)
    databases = Databases(Context(home=tmp_path))
    databases.prepare("orders")
    with pytest.raises(type(error), match="the disk is full"):
        databases.create("orders", user="admin", password="secret")
    databases.stop()
