"""Questions of applications are asked with example values and printed with their number of requests."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from demo import serving
from lake.model.answers import Answer
from lake.model.discovery import load_domain
from lake.naming import Names
from tests.demo.conftest import Output
from tests.demo.fakes import FakeAthena

PROVIDER = load_domain("cloud_provider")
SECRETS: Any = SimpleNamespace(get_secret_value=lambda SecretId: {"SecretString": "{}"})
ATHENA = FakeAthena(
    {
        "SELECT max(": ({"max": "date"}, [["2025-07-20"]]),
        "SELECT org_id FROM": ({"org_id": "varchar"}, [["o7"]]),
    }
)


@dataclass(frozen=True)
class Usage:
    day: dt.date
    cost: Decimal | None
    provisional: bool


def usage(reader: Any, *, org_id: str, first: dt.date, last: dt.date, top: int = 3) -> list[Usage]:
    """Return the cost of the first and of the last day."""
    return [Usage(first, Decimal("1.005"), True), Usage(last, None, False)]


@pytest.fixture
def without_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the question `usage` without a serving store."""
    answer = Answer(name="usage", question=6, title="Usage", function=usage)
    connection = SimpleNamespace(database=lambda: None)
    monkeypatch.setattr(serving, "load_answers", lambda: {"usage": ("cloud_provider", answer)})
    monkeypatch.setattr(serving, "Connection", SimpleNamespace(from_secret=lambda *_, **__: connection))
    monkeypatch.setattr(serving, "Reader", lambda *_: None)


def test_question_is_asked_for_the_newest_days_and_a_frequent_value(
    without_store: None, names: Names, console: Output
) -> None:
    counts = itertools.count(step=2)
    serving.show_served(ATHENA, SECRETS, PROVIDER, names, console, lambda: next(counts))
    assert console.text == (
        "6. Usage (usage: org_id o7, first 2025-07-07, last 2025-07-20) "
        "day cost provisional 2025-07-07 1.00 yes 2025-07-20 – 2 requests"
    )


@dataclass(frozen=True)
class Month:
    month: dt.date


def test_monthly_figure_is_asked_for_months_under_a_title_of_one_line(
    without_store: None, names: Names, console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revenue(reader: Any, *, first: dt.date, last: dt.date) -> list[Month]:
        return [Month(first), Month(last)]

    title = "Monthly revenue in USD with credits and taxes"
    answer = Answer(name="monthly-revenue", question=9, title=title, function=revenue)
    monkeypatch.setattr(serving, "load_answers", lambda: {answer.name: ("cloud_provider", answer)})
    newest = {"SELECT max(billing_month) FROM revenue_by_org_month": ({"max": "date"}, [["2025-08-01"]])}
    serving.show_served(FakeAthena(newest), SECRETS, PROVIDER, names, console, lambda: 0)
    assert [line for line in console.lines if "─" not in line and "request" not in line] == [
        f"9. {title} (monthly-revenue: first 2024-09-01, last 2025-08-01)",
        "month",
        "2024-09-01",
        "2025-08-01",
    ]


@dataclass(frozen=True)
class Named:
    name: str


def test_data_is_no_markup(
    monkeypatch: pytest.MonkeyPatch, without_store: None, names: Names, console: Output
) -> None:
    answer = Answer(
        name="names", question=1, title="Names", function=lambda reader: [Named("[red]a[/] [/x]")]
    )
    monkeypatch.setattr(serving, "load_answers", lambda: {"names": ("cloud_provider", answer)})
    serving.show_served(ATHENA, SECRETS, PROVIDER, names, console, lambda: 0)
    assert console.text == "1. Names (names) name [red]a[/] [/x] 0 requests"


def test_nothing_is_printed_for_a_domain_without_questions(
    without_store: None, names: Names, console: Output
) -> None:
    serving.show_served(ATHENA, SECRETS, load_domain("ecommerce"), names, console, lambda: 0)
    assert console.lines == []


def test_question_about_an_empty_mart_is_not_asked(
    without_store: None, names: Names, console: Output
) -> None:
    empty = FakeAthena(
        {"SELECT max(": ({"max": "date"}, [[None]]), "SELECT org_id FROM": ({"org_id": "varchar"}, [])}
    )
    serving.show_served(empty, SECRETS, PROVIDER, names, console, lambda: 0)
    assert console.text == "6. Usage (nothing is served yet)"
