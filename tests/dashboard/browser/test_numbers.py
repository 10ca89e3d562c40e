"""Every number that a page in Chromium holds equals gold, computed by independent SQL."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from dashboard.formats import MINUS, SPACE
from tests.dashboard.browser.expected import PAGES
from tests.dashboard.browser.visits import Visit
from tests.dashboard.gold import Gold

READ = """() => Object.fromEntries([...document.querySelectorAll("#pages article:not(.text)")].map((card) => [
  card.dataset.key,
  {
    rows: [...card.querySelectorAll(".cells tbody tr")].map(
      (row) => [...row.cells].map((cell) => cell.textContent),
    ),
    exact: card.querySelector(".number")?.dataset.exact ?? null,
    delta: card.querySelector(".kpi .delta")?.textContent ?? null,
    shares: [...card.querySelectorAll(".shares .share")].map((share) => share.textContent),
    bars: [...card.querySelectorAll(".bars .value")].map((value) => value.textContent),
    parts: [...card.querySelectorAll(".funnel .part")].map((part) => part.textContent),
    heat: [...card.querySelectorAll("table.heat tbody tr")].map(
      (row) => row.querySelectorAll("td:not(.total)").length,
    ),
  },
]))"""
"""Returns what each card shows: the rows of its table, its number with the change, shares, bars, parts."""

BY_POINTS = {"breach_rate": 100, "csat": 1, "nps": 1, "quarantine_rate": 100}


def plain(value: object) -> object:
    """Return numbers to the six places of gold's quotients, other values as text, and null as on the page."""
    if value is None:
        return "–"
    try:
        return Decimal(str(value)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
    except ArithmeticError:
        return str(value)


def rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def number_in(text: str) -> Decimal:
    """Return the number of a text like "+3.3 %" or "−2.6 pts"."""
    kept = text.replace(SPACE, " ").replace(MINUS, "-").replace(",", "").split()
    return Decimal(next(each for each in kept if any(letter.isdigit() for letter in each)))


@pytest.fixture
def held(visit: Visit, address: str) -> Any:
    """Opens a page, and returns what its cards show."""
    return lambda path: visit.open(address + path).evaluate(READ)


def rows_of(gold: tuple[Gold, Gold], path: str, key: str) -> list[list[object]]:
    source = gold[0] if path.startswith("/ecommerce") else gold[1]
    return [[plain(each) for each in row] for row in source.rows(PAGES[path][key])]


@pytest.mark.parametrize("path", PAGES)
def test_every_table_of_every_page_equals_gold(held: Any, gold: tuple[Gold, Gold], path: str) -> None:
    cards = held(path)
    assert set(cards) == set(PAGES[path])
    for key, card in cards.items():
        expected = rows_of(gold, path, key)
        assert expected, key
        assert [[plain(each) for each in row] for row in card["rows"]] == expected, key


@pytest.mark.parametrize("path", PAGES)
def test_every_number_and_its_change_are_those_of_the_newest_months(
    held: Any, gold: tuple[Gold, Gold], path: str
) -> None:
    numbers = {key: card for key, card in held(path).items() if card["exact"] is not None}
    for key, card in numbers.items():
        months = [(row[0], Decimal(str(row[1]))) for row in rows_of(gold, path, key)]
        assert plain(card["exact"]) == plain(months[-1][1]), key
        if len(months) == 1:
            continue
        before, now = months[-2][1], months[-1][1]
        if key in BY_POINTS:
            expected = (now - before) * BY_POINTS[key]
        else:
            expected = (now - before) / before * 100 if before else now
        assert number_in(card["delta"].lstrip("↑↓→ ")) == rounded(expected), key
    assert bool(numbers) == (path != "/ecommerce/behaviour")


def test_shares_bars_and_parts_are_those_of_their_rows(held: Any) -> None:
    executive, behaviour = held("/ecommerce/executive"), held("/ecommerce/behaviour")
    orders = [Decimal(row[1]) for row in executive["devices"]["rows"]]
    assert [number_in(each) for each in executive["devices"]["shares"]] == [
        rounded(each * 100 / sum(orders)) for each in orders
    ]
    segments = behaviour["segments"]["rows"]
    wholes = [sum(Decimal(row[place]) for row in segments) for place in (1, 2)]
    assert [number_in(each) for each in behaviour["segments"]["bars"]] == [
        rounded(Decimal(row[place]) * 100 / wholes[place - 1]) for row in segments for place in (1, 2)
    ]
    steps = [Decimal(row[1]) for row in behaviour["funnel"]["rows"]]
    assert [number_in(each) for each in behaviour["funnel"]["parts"]] == [
        rounded(each * 100 / steps[0]) for each in steps
    ]
    assert behaviour["hours"]["heat"] == [24] * 7
