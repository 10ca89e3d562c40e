"""`caudal ask`: options from the questions, tables and JSON, errors that say what to do."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from domains.cloud_provider.domain import DOMAIN
from lake.model import discovery
from tests.domains.cloud_provider.marts_store import KEYSPACE, Store

USAGE = {
    "org_id": "a",
    "usage_date": dt.date(2025, 8, 1),
    "service": "compute",
    "cost_usd": "2.25",
    "events": 1,
    "requests": "10",
}
RANGE = ["--first", "2025-08-01", "--last", "2025-08-31"]


@pytest.fixture
def secret(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A connection file of a store that holds one row of usage."""
    monkeypatch.delenv("CAUDAL_HOME", raising=False)
    store.publish("org_daily_usage_by_service", [USAGE])
    path = tmp_path / "connection.json"
    path.write_text(json.dumps({**json.loads(store.server.secret), "keyspace": KEYSPACE}))
    return str(path)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ask", *arguments], env={"COLUMNS": "200"})


def test_answer_is_printed_as_json(secret: str) -> None:
    result = ask("daily-usage", *RANGE, "--json", "--connection", secret)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {
            "usage_date": "2025-08-01",
            "service": "compute",
            "cost_usd": "2.250000",
            "requests": "10.000000",
            "provisional": False,
        }
    ]


def test_answer_is_printed_as_a_table(secret: str) -> None:
    result = ask("daily-usage", "--org-id", "a", *RANGE, "--connection", secret)
    assert result.exit_code == 0
    assert "Daily cost and requests" in result.stdout
    assert "2.25" in result.stdout


def test_data_is_no_markup(store: Store, secret: str) -> None:
    store.publish("org_daily_usage_by_service", [{**USAGE, "service": "[red]disk[/red] [/x]"}])
    result = ask("daily-usage", "--org-id", "a", *RANGE, "--connection", secret)
    assert result.exit_code == 0
    assert "[red]disk[/red] [/x]" in result.stdout


def test_no_rows_are_an_answer(secret: str) -> None:
    result = ask("top-services", "--org-id", "z", "--connection", secret)
    assert result.exit_code == 0
    assert "no rows" in result.stdout
    assert result.stdout.splitlines()[0] == "Services by cost in the last days"


def test_range_that_is_too_long_is_refused(secret: str) -> None:
    result = ask("daily-usage", "--first", "2020-01-01", "--last", "2025-08-31", "--connection", secret)
    assert result.exit_code == 2
    assert "Ask for 1 to 366 days" in result.stderr


def test_malformed_connection_is_refused_without_its_content(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text("AstraCS:token-by-mistake")
    result = ask("daily-usage", *RANGE, "--connection", str(path))
    assert result.exit_code == 2
    assert "where: serving secret" in result.stderr
    assert "token-by-mistake" not in result.output


def test_missing_connection_file_is_reported(secret: str) -> None:
    result = ask("daily-usage", *RANGE, "--connection", f"{secret}.not")
    assert result.exit_code == 2
    assert "where: --connection" in result.stderr


def test_wrong_token_is_reported(store: Store, secret: str) -> None:
    store.server.token = "AstraCS:rotated"
    result = ask("daily-usage", *RANGE, "--connection", secret)
    assert result.exit_code == 2
    assert "token" in result.stderr


def test_mart_that_was_never_published_is_reported(secret: str) -> None:
    result = ask("critical-tickets", "--connection", secret)
    assert result.exit_code == 2
    assert "to do: Run the pipeline" in result.stderr


def test_questions_are_listed_in_their_order() -> None:
    listed = ask("--help").stdout
    assert listed.index("daily-usage") < listed.index("critical-tickets") < listed.index("cost-anomalies")


def test_text_that_is_no_date_is_refused(secret: str) -> None:
    result = ask("daily-usage", "--first", "yesterday", "--last", "2025-08-31", "--connection", secret)
    assert result.exit_code == 2
    assert "'yesterday' is no date" in result.stderr


def test_required_option_is_named() -> None:
    result = ask("daily-usage")
    assert result.exit_code == 2
    assert "--first" in result.stderr


def test_only_domains_with_answers_have_questions() -> None:
    assert {domain for domain, _ in discovery.load_answers().values()} == {DOMAIN.name}
