"""Unusual contents in Chromium: an empty lake, one domain alone, very long names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.server import serving
from tests.dashboard.browser.visits import Visit
from tests.dashboard.gold import Gold, day, money, site
from tests.dashboard.shop import shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONG = "Kettle" * 500


@pytest.fixture
def served(packages: Path) -> Iterator[Callable[[Gold], str]]:
    """Serves gold until the test ends, and returns its address."""
    with ExitStack() as running:
        yield lambda gold: running.enter_context(serving(site(gold, packages=packages)))


def named(name: str) -> Gold:
    """Return a month with one product of this name."""
    return Gold("ecommerce").add(
        "top_products_month",
        {
            "order_month": day("2025-10-01"), "product_id": 1, "product_name": name, "category": name,
            "revenue_usd": money("10.00"), "units": 1, "orders": 1, "revenue_rank": 1,
        },
    )  # fmt: skip


@pytest.mark.parametrize("page", ["executive", "behaviour", "data-quality"])
def test_an_empty_lake_says_on_every_card_what_to_run(
    visit: Visit, served: Callable[[Gold], str], page: str
) -> None:
    shown = visit.open(f"{served(Gold('ecommerce'))}/ecommerce/{page}")
    states = shown.locator("article .state").all_inner_texts()
    assert len(states) == shown.locator("article:not(.text)").count() > 0
    assert all("has no rows yet: upload files with `caudal upload`" in each for each in states)
    assert shown.locator("article.kpi").count() == shown.locator("article.kpi.w3").count()
    assert visit.said == []


def test_one_domain_alone_has_its_pages_alone(visit: Visit, served: Callable[[Gold], str]) -> None:
    shown = visit.open(served(Gold("ecommerce")))
    assert shown.locator("nav a").all_inner_texts() == [
        "Executive summary", "User behaviour", "Data quality and pipeline",
    ]  # fmt: skip
    assert shown.goto(f"{shown.url.rsplit('/ecommerce', 1)[0]}/cloud_provider/finops").status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [380, 1600])
def test_a_very_long_name_stays_in_its_card(
    browser: Browser, served: Callable[[Gold], str], width: int
) -> None:
    visit = Visit(browser, viewport={"width": width, "height": 900})
    page = visit.open(f"{served(named(LONG))}/ecommerce/executive")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#top_products tbody tr").first.bounding_box()["height"] < 200  # type: ignore[index]
    assert page.locator(f"#top_products [title='{LONG}']").count() == 2
    visit.context.close()


@pytest.mark.parametrize("width", [380, 1100, 1600])
def test_a_unit_of_several_lines_leaves_its_number_on_the_line_of_the_others(
    browser: Browser, served: Callable[[Gold], str], width: int
) -> None:
    visit = Visit(browser, viewport={"width": width, "height": 900})
    page = visit.open(f"{served(shop())}/ecommerce/executive")
    page.locator("#orders .unit").evaluate(
        "unit => unit.textContent = 'US$, provisional included, '.repeat(4)"
    )
    boxes = {
        key: [page.locator(f"#{key}{part}").bounding_box() for part in ("", " .unit", " .number")]
        for key in ("revenue", "customers", "orders", "average_order")
    }
    rows: dict[float, list[tuple[float, float]]] = {}
    for card, unit, number in boxes.values():
        assert card and unit and number  # noqa: PT018
        rows.setdefault(card["y"], []).append((unit["height"], number["y"]))
    assert len(rows) == (1 if width == 1600 else 2)
    assert any(len({height for height, _ in row}) > 1 for row in rows.values())
    assert all(len({line for _, line in row}) == 1 for row in rows.values())
    visit.context.close()
