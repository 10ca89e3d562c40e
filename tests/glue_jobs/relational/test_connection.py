"""Connections verify the server, and every failure names its remedy."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from glue_jobs.relational import connection as module
from glue_jobs.relational.connection import Access, connect, rows, run
from glue_jobs.relational.errors import RelationalError, UnreachableError
from localcloud.database.certificates import certificates
from tests.database import Copy


def test_sessions_are_encrypted_strict_and_in_utc(copy: Copy) -> None:
    connection = copy.connect()
    [(mode, zone)] = rows(connection, "SELECT @@sql_mode, @@time_zone")
    assert "STRICT_ALL_TABLES" in mode
    assert zone == "+00:00"
    [(_, cipher)] = rows(connection, "SHOW STATUS LIKE 'Ssl_cipher'")
    assert cipher.startswith("TLS")
    connection.close()


def test_a_wrong_password_is_told(copy: Copy) -> None:
    with pytest.raises(UnreachableError, match=r"refuses the user: .* Check user and password"):
        connect(replace(copy.access, password="wrong"), copy.name)


def test_another_authority_is_refused(copy: Copy, tmp_path: Path) -> None:
    other = certificates(tmp_path, "127.0.0.1").authority.read_text()
    with pytest.raises(UnreachableError, match=r"certificate is not accepted: .* Check that the CA bundle"):
        connect(replace(copy.access, authorities=other), copy.name)


def test_another_host_is_refused(copy: Copy) -> None:
    with pytest.raises(UnreachableError, match=r"certificate is not accepted: .*not valid for 'localhost'"):
        connect(replace(copy.access, host="localhost"), copy.name)


def test_a_server_that_does_not_listen_is_told(copy: Copy) -> None:
    with pytest.raises(UnreachableError, match=r"^127\.0\.0\.1:1: the server does not answer"):
        connect(replace(copy.access, port=1), copy.name)


def test_connections_do_not_wait_for_the_ddl_of_others(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ALTER TABLE, which waits for a reader, holds a lock of the schema."""
    copy.load({})
    reader, owner = copy.connect(), copy.connect()
    reader.begin()
    run(reader, "SELECT * FROM people")
    [(number,)] = rows(owner, "SELECT CONNECTION_ID()")
    alter = threading.Thread(target=run, args=(owner, "ALTER TABLE people ADD COLUMN age int"))
    alter.start()
    waits = "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %s AND state LIKE %s"
    try:
        while rows(reader, waits, (number, "Waiting for table metadata%")) == [(0,)]:
            assert alter.is_alive()
        monkeypatch.setattr(module, "LOCK_SECONDS", 1)
        copy.connect().close()
    finally:
        reader.rollback()
        alter.join()
    for each in (reader, owner):
        each.close()


def test_access_comes_from_the_secret_of_rds() -> None:
    secret = {"host": "db", "port": 3306, "username": "admin", "password": "p", "engine": "mysql"}
    access = Access.of_secret(json.dumps(secret), authorities="PEM")
    assert (access.address, access.user, access.password) == ("db:3306", "admin", "p")
    assert access.authorities == "PEM"
    own = Access.of_secret(json.dumps({**secret, "authorities": "OWN"}), authorities="PEM")
    assert own.authorities == "OWN"


@pytest.mark.parametrize("text", ["", "[]", '{"host": "db"}', '{"host": "db", "port": "x"}'])
def test_a_secret_that_lacks_fields_is_told(text: str) -> None:
    with pytest.raises(RelationalError, match="needs host, port, username and password"):
        Access.of_secret(text, authorities="PEM")
