"""Shared options: JSON output, examples, and values that completion offers."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.options import examples, print_json


def test_decimals_dates_and_paths_are_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"cost": Decimal("1.50"), "day": dt.date(2025, 8, 1), "home": Path(".local")})
    assert json.loads(capsys.readouterr().out) == {"cost": "1.50", "day": "2025-08-01", "home": ".local"}


def test_examples_are_paragraphs() -> None:
    assert examples("caudal up", "caudal down") == "Examples:\n\ncaudal up\n\ncaudal down"


@pytest.mark.parametrize(
    ("words", "position", "offered"),
    [
        ("caudal up --env ", 3, ["dev", "prod"]),
        ("caudal upload --domain e", 3, ["ecommerce"]),
    ],
)
def test_completion_offers_values(words: str, position: int, offered: list[str]) -> None:
    shell = {"_CAUDAL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(position)}
    result = CliRunner().invoke(app, [], env=shell, prog_name="caudal")
    assert result.stdout.split() == offered
