"""`caudal up|status|env|down`, as far as no local cloud has to run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.localcloud.home import running

__all__ = ["running"]


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_env_prints_exports(running: Path) -> None:
    code, text = invoke("env", "--home", str(running))
    assert code == 0
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:4999" in text.splitlines()
    assert "export AWS_SECRET_ACCESS_KEY=secret" in text.splitlines()
    assert f"export CAUDAL_HOME={running}" in text.splitlines()


def test_env_prints_json_on_demand(running: Path) -> None:
    code, text = invoke("env", "--home", str(running), "--json")
    assert code == 0
    assert json.loads(text)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"


def test_status_as_json_has_no_credentials(running: Path) -> None:
    code, text = invoke("status", "--home", str(running), "--json")
    assert code == 0
    assert json.loads(text)["objects"] == {"raw-bucket": {"objects": 1, "bytes": 1}}
    assert "secret" not in text


def test_home_comes_from_the_environment(running: Path) -> None:
    result = CliRunner().invoke(app, ["status", "--json"], env={"CAUDAL_HOME": str(running)})
    assert json.loads(result.output)["endpoint"] == "http://127.0.0.1:4999"


def test_status_shows_endpoint_and_buckets(running: Path) -> None:
    code, text = invoke("status", "--home", str(running))
    assert code == 0
    assert "http://127.0.0.1:4999" in text
    assert "Data API of the serving store at http://127.0.0.1:4998" in text
    assert "raw-bucket" in text
    assert "What waits cannot be told: " in text


@pytest.mark.parametrize("command", ["env", "status"])
def test_missing_local_cloud_exits_with_3(tmp_path: Path, command: str) -> None:
    code, text = invoke(command, "--home", str(tmp_path))
    assert code == 3
    assert "caudal up" in text


def test_down_says_that_no_local_cloud_runs(tmp_path: Path) -> None:
    assert invoke("down", "--home", str(tmp_path)) == (0, f"No local cloud runs in {tmp_path}.\n")
