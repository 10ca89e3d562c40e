"""`caudal synth|costs|deploy|destroy`, as far as no account is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app


@pytest.fixture(autouse=True)
def _signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_deploy_without_credentials_shows_needs_and_costs() -> None:
    result = run("deploy", "--region", "eu-west-1")
    assert result.exit_code == 2
    assert "Needed: AWS credentials" in result.stdout
    assert "A month at rest: $" in result.stdout
    assert "error: no usable AWS credentials" in result.stderr


def test_costs_as_json_have_the_sections_of_the_estimate() -> None:
    result = run("costs", "--json")
    assert result.exit_code == 0, result.output
    sections = json.loads(result.stdout)
    assert {"month_at_rest", "month_idle", "month_of_streams", "month_of_pipelines"} < set(sections)
    assert all(line["dollars"] > 0 for lines in sections.values() for line in lines)


@pytest.mark.parametrize("command", ["costs", "deploy", "destroy"])
def test_unknown_environment_is_refused(command: str) -> None:
    result = run(command, "--env", "staging")
    assert result.exit_code == 2
    assert "there is no environment 'staging'" in result.stderr
    assert "to do: Known: dev, prod." in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--env", "staging"), "there is no environment 'staging'"),
        (("-c", "serving"), "'serving' is not KEY=VALUE"),
    ],
)
def test_synthesis_that_is_refused_writes_nothing(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = run("synth", *options, "--out", str(tmp_path / "templates"))
    assert result.exit_code == 2
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_output_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("synth", "--out", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert f"where: {tmp_path / 'file'}" in result.stderr


def test_failed_synthesis_shows_the_error_of_the_app(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run("synth", "-c", "stream_trigger=always", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "where: app.py" in result.stderr
    shown = capfd.readouterr().err
    assert "error: there is no stream trigger 'always'" in shown
    assert "Traceback" not in shown


def test_unknown_profile_is_refused() -> None:
    result = run("destroy", "--profile", "nobody")
    assert result.exit_code == 2
    assert "nobody" in result.stderr
