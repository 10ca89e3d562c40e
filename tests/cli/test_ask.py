"""`python -m serving`: options from the questions, tables and JSON, errors that help."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from domains.cloud_provider import answers as module
from lake.model import discovery
from lake.model.spec import Domain
from serving import __main__ as cli
from tests.serving.read.conftest import KEYSPACE, Store

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
    """A file that connects to the store, which holds one row; the domain is found."""
    from domains.cloud_provider.domain import DOMAIN

    def load(_: str) -> Domain:
        return DOMAIN

    found = {answer.name: ("cloud_provider", answer) for answer in module.ANSWERS}
    monkeypatch.setattr(cli, "load_answers", lambda: found)
    monkeypatch.setattr(cli, "load_domain", load)
    store.publish("org_daily_usage_by_service", [USAGE])
    path = tmp_path / "connection.json"
    path.write_text(json.dumps({**json.loads(store.server.secret), "keyspace": KEYSPACE}))
    return str(path)


def test_an_answer_as_json(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "daily-usage", *RANGE, "--json", "--connection", secret]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "usage_date": "2025-08-01",
            "service": "compute",
            "cost_usd": "2.250000",
            "requests": "10.000000",
            "provisional": False,
        }
    ]


def test_an_answer_as_a_table(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "daily-usage", "--org-id", "a", *RANGE, "--connection", secret]) == 0
    shown = capsys.readouterr().out
    assert "Daily cost and requests" in shown
    assert "2.25" in shown


def test_no_rows_are_an_answer(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "top-services", "--org-id", "z", "--connection", secret]) == 0
    assert "no rows" in capsys.readouterr().out


def test_a_range_too_long_is_explained(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--first", "2020-01-01", "--last", "2025-08-31", "--connection", secret]
    assert cli.main(["ask", "daily-usage", *arguments]) == 1
    assert "Ask for 1 to 366 days" in capsys.readouterr().err


def test_a_malformed_connection_is_explained_without_its_content(
    tmp_path: Path, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.json"
    path.write_text("AstraCS:token-by-mistake")
    assert cli.main(["ask", "daily-usage", *RANGE, "--connection", str(path)]) == 1
    shown = capsys.readouterr().err
    assert "no JSON" in shown
    assert "token-by-mistake" not in shown


def test_a_missing_connection_file_is_explained(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "daily-usage", *RANGE, "--connection", f"{secret}.not"]) == 1
    assert "--connection" in capsys.readouterr().err


def test_a_wrong_token_is_explained(store: Store, secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    store.server.token = "AstraCS:rotated"
    assert cli.main(["ask", "daily-usage", *RANGE, "--connection", secret]) == 1
    assert "valid token" in capsys.readouterr().err


def test_a_mart_that_was_never_published_is_explained(
    secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", "critical-tickets", "--connection", secret]) == 1
    assert "nothing of it. Run the pipeline" in capsys.readouterr().err


def test_questions_are_listed(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list"]) == 0
    assert "critical-tickets" in capsys.readouterr().out


def test_a_wrong_option_is_refused(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["ask", "daily-usage", "--first", "yesterday", "--last", "2025-08-31"])
    assert "--first" in capsys.readouterr().err


def test_domains_without_questions_are_passed_over() -> None:
    assert "ecommerce" not in {domain for domain, _ in discovery.load_answers().values()}
