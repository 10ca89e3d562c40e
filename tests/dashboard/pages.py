"""Pages on literal rows, and the plain texts that stand on them."""

from __future__ import annotations

from dashboard.formats import SPACE
from dashboard.page import Page, page_of
from dashboard.selection import Chosen
from dashboard.views.cards import Card
from tests.dashboard.gold import Gold


def page(gold: Gold, key: str, chosen: Chosen | None = None) -> Page:
    datasets = gold.datasets()
    datasets.load()
    dashboard = next(each for each in gold.domain.shown_dashboards if each.key == key)
    return page_of(dashboard, datasets, chosen or Chosen())


def card(page: Page, key: str) -> Card:
    found = page.card(key)
    assert found is not None
    return found


def headline(page: Page) -> str:
    return "".join(text for text, _ in page.headline).replace(SPACE, " ")


def plain(text: str) -> str:
    return text.replace(SPACE, " ")
