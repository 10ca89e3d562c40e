"""`caudal dashboard`: it exports, serves, and says what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.dashboard.conftest import packages
from tests.dashboard.gold import site
from tests.dashboard.shop import shop

__all__ = ["packages"]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch, packages: Path) -> list[dict[str, Any]]:
    """Literal rows in place of a lake; returns how the command has connected."""
    calls: list[dict[str, Any]] = []

    def connect(domains: object, **options: Any) -> object:
        calls.append(options)
        return site(shop(), packages=packages)

    monkeypatch.setattr("dashboard.connection.connect", connect)
    return calls


def test_export_writes_files_and_names_them(connected: list[dict[str, Any]], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["dashboard", "--profile", "client", "--export", str(tmp_path)])
    assert result.exit_code == 0
    assert "ecommerce-executive.html" in result.stdout.replace("\n", "")
    assert {file.name for file in tmp_path.iterdir()} == {
        "ecommerce-executive.html",
        "ecommerce-behaviour.html",
        "ecommerce-data-quality.html",
    }
    assert connected[0]["profile"] == "client"
    assert connected[0]["home"] is None


def test_an_export_that_lacks_a_table_names_it_and_is_done_in_part(
    monkeypatch: pytest.MonkeyPatch, packages: Path, tmp_path: Path
) -> None:
    tables = shop()
    tables.drop("customer_rfm")
    monkeypatch.setattr("dashboard.connection.connect", lambda *_, **__: site(tables, packages=packages))
    result = CliRunner().invoke(app, ["dashboard", "--profile", "client", "--export", str(tmp_path)])
    assert result.exit_code == 1
    assert "error: the query failed: " in result.stderr
    assert "where: ecommerce: customer_rfm\n" in result.stderr
    assert "to do: Correct it.\n" in result.stderr
    assert len(list(tmp_path.iterdir())) == 3


def test_an_export_without_a_domain_is_done_in_part(
    monkeypatch: pytest.MonkeyPatch, packages: Path, tmp_path: Path
) -> None:
    def connect(domains: object, **options: Any) -> object:
        options["report"]("cloud_provider is left out: Ask for its role.")
        return site(shop(), packages=packages)

    monkeypatch.setattr("dashboard.connection.connect", connect)
    result = CliRunner().invoke(app, ["dashboard", "--profile", "client", "--export", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == "cloud_provider is left out: Ask for its role.\n"
    assert "left out" not in result.stdout
    assert len(list(tmp_path.iterdir())) == 3


def test_pages_are_served_on_the_chosen_port(
    connected: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[int] = []

    def serve(site: object, port: int, ready: Any) -> None:
        served.append(port)
        ready("http://127.0.0.1:8700/")

    monkeypatch.setattr("dashboard.server.serve", serve)
    result = CliRunner().invoke(app, ["dashboard", "--home", str(tmp_path), "--port", "8700"])
    assert served == [8700]
    assert "Dashboards at http://127.0.0.1:8700/  (Ctrl-C ends)" in result.stdout


def test_without_a_local_cloud_the_message_says_how_to_start_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["dashboard", "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "no local cloud runs" in result.stderr
    assert "caudal up" in result.stderr
