"""`caudal sql` runs a statement with the user of the database's secret, and says why it cannot."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from localcloud.database.mariadb import PACKAGES, MariaDB
from tests.mysql import database
from uploader import session as sessions


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    running = database(tmp_path_factory.mktemp("db"), "secret")
    if running is None:
        if os.environ.get("CI"):
            pytest.fail(f"install {PACKAGES}")
        pytest.skip(f"install {PACKAGES}")
    running.start()
    yield running
    running.stop()


class Session:
    """A boto3 session whose only secret is that of the database."""

    region_name = "us-east-1"

    def __init__(self, server: MariaDB) -> None:
        self._server = server

    def client(self, service: str) -> Any:
        return self

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        assert SecretId == "caudal-dev-relational"
        secret = {
            "host": "127.0.0.1", "port": self._server.port, "username": "admin", "password": "secret",
            "authorities": self._server.tls.authority.read_text(),
        }  # fmt: skip
        return {"SecretString": json.dumps(secret)}


@pytest.fixture(autouse=True)
def signed_in(server: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "session_for", lambda **_: (Session(server), {}, "dev"))


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["sql", *words, "--domain", "ecommerce"])


def test_rows_are_printed_as_a_table_or_as_json() -> None:
    statement = "SELECT 1 AS one, CAST(2.50 AS DECIMAL(5,2)) AS two, NULL AS none"
    table = run(statement)
    assert table.exit_code == 0, table.output
    assert "one" in table.output
    assert "2.50" in table.output
    assert json.loads(run(statement, "--json").output) == [{"one": 1, "two": "2.50", "none": None}]


def test_a_statement_without_rows_says_so() -> None:
    assert run("SELECT 1 FROM DUAL WHERE 1 = 0").output == "No rows.\n"


def test_a_wrong_statement_is_told() -> None:
    result = run("SELEC 1")
    assert result.exit_code == 2
    assert "MySQL refuses the statement" in result.output


def test_an_unknown_domain_is_named() -> None:
    result = CliRunner().invoke(app, ["sql", "SELECT 1", "--domain", "shop"])
    assert result.exit_code == 2
    assert "there is no domain 'shop'" in result.output


def test_a_database_that_sleeps_is_told(server: MariaDB, tmp_path: Path) -> None:
    server.stop()
    try:
        result = run("SELECT 1")
        assert result.exit_code == 2
        assert "Check that the database is started" in " ".join(result.output.split())
    finally:
        server.start()
