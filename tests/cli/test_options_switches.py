"""Every command that knows a deployment takes its switches, with the same names."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from acceptance.report import Report
from acceptance.run import Acceptance
from cli import accept
from cli.main import app
from infra.foundation.config import Config, Switches, switches_of

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
GROUP = "arn:aws:quicksight:eu-west-1:123456789012:group/default/analysts"
CHOSEN = {
    "alarm_email": "data@example.org",
    "stream_trigger": "continuous",
    "crawl": "never",
    "training": "never",
    "serving": "my_database",
    "encrypted_logs": True,
    "job_metrics": True,
    "relational": True,
    "relational_cidr": "10.0.0.0/16",
    "relational_personal": "customers.email",
    "quicksight": GROUP,
    "assets_key": KEY,
}

REPORT = Report(env="dev", account="1", region="r", at="now", comparisons=(), usage=(), seconds={})


@pytest.mark.parametrize("command", ["costs", "deploy", "destroy", "accept"])
def test_command_has_an_option_for_each_switch(command: str) -> None:
    group: Any = typer.main.get_command(app)
    options = {name for each in group.commands[command].params for name in each.opts}

    assert {f"--{each.name.replace('_', '-')}" for each in fields(Switches)} <= options
    assert "--switches" not in options


def test_every_switch_is_tried() -> None:
    assert CHOSEN.keys() == asdict(Switches()).keys()
    assert not any(CHOSEN[name] == value for name, value in asdict(Switches()).items())


def test_context_of_the_app_is_read_by_name() -> None:
    context = {name: "true" if value is True else str(value) for name, value in CHOSEN.items()}

    assert switches_of(lambda name: context[name]) == CHOSEN
    assert switches_of(lambda name: "") == {}
    assert switches_of(lambda name: "no" if name == "job_metrics" else "") == {"job_metrics": False}


def test_accepted_environment_is_destroyed_with_its_switches(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    destroyed: list[tuple[Config, Any]] = []
    monkeypatch.setattr(Acceptance, "check", lambda self: None)
    monkeypatch.setattr(Acceptance, "run", lambda self: REPORT)
    monkeypatch.setattr(
        accept, "destroy_stacks", lambda config, profile, region, yes: destroyed.append((config, yes))
    )
    words = [f"--{name.replace('_', '-')}" for name in CHOSEN]
    options = [
        word
        for option, value in zip(words, CHOSEN.values(), strict=True)
        for word in ([option] if value is True else [option, str(value)])
    ]
    command = ["accept", "--destroy", "--yes", "--home", str(tmp_path), *options]
    result = CliRunner().invoke(app, command)

    assert result.exit_code == 0, result.output
    ((config, yes),) = destroyed
    assert yes
    assert config.destroys_data
    assert {name: getattr(config, name) for name in CHOSEN} == CHOSEN
