"""What several commands share: JSON output, and examples in the help."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from cli.options import examples, print_json


def test_decimals_and_dates_are_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"day": date(2025, 8, 1), "cost": Decimal("1.50")}])
    assert json.loads(capsys.readouterr().out) == [{"day": "2025-08-01", "cost": "1.50"}]


def test_examples_are_separate_paragraphs() -> None:
    assert examples("caudal up", "caudal down") == "Examples:\n\ncaudal up\n\ncaudal down"
