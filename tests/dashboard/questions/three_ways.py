"""Dashboards computed on literal rows as the web shows them, and as QuickSight does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dashboard.page import page_of
from dashboard.selection import Chosen
from dashboard.views.cards import Card
from tests.dashboard.questions.compiled import compiled
from tests.dashboard.shop import provider, shop


class Computed:
    """The dashboards of both domains, computed once for each choice of a reader."""

    def __init__(self) -> None:
        self.gold = {"ecommerce": shop(), "cloud_provider": provider()}
        self._found: dict[Any, Any] = {}

    def quicksight(
        self, domain: str, dashboard: str, visual: str, back: int = 0, **filters: str
    ) -> Sequence[tuple[Any, ...]]:
        """Return the lines of a visual in QuickSight."""
        key = domain, dashboard, back, *filters.items()
        if key not in self._found:
            chosen = {f"choice-{name}": [value] for name, value in filters.items()}
            self._found[key] = compiled(
                self.gold[domain], dashboard, parameters={"MonthsBack": back}, chosen=chosen
            )
        lines: Sequence[tuple[Any, ...]] = self._found[key].shown(visual).lines
        return lines

    def web(self, domain: str, dashboard: str, visual: str, **filters: str) -> list[list[str]]:
        """Return the rows of a visual's table on the web."""
        cells = self.card(domain, dashboard, visual, **filters).cells
        assert cells is not None
        rows: list[list[str]] = cells.shown()
        return rows

    def compared(self, domain: str, dashboard: str, visual: str) -> str:
        """Return the method by which QuickSight compares a KPI's number with its target."""
        method: str = self._found[domain, dashboard, 0].options(visual)["Comparison"]["ComparisonMethod"]
        return method

    def card(self, domain: str, dashboard: str, visual: str, **filters: str) -> Card:
        """Return a visual's card on the web."""
        key = domain, dashboard, "web", *filters.items()
        if key not in self._found:
            datasets = self.gold[domain].datasets()
            datasets.load()
            shown = next(each for each in datasets.domain.shown_dashboards if each.key == dashboard)
            self._found[key] = page_of(shown, datasets, Chosen(values=filters))
        found: Card | None = self._found[key].card(visual)
        assert found is not None
        return found


def summed(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the sums of the rows of a heatmap, in the order of its rows."""
    sums: dict[Any, Fraction] = {}
    for row, _, value in lines:
        sums[row] = sums.get(row, Fraction(0)) + value
    return [[row, None, value] for row, value in sums.items()]


def plain(value: object, places: int = 6) -> object:
    """Return numbers rounded once, half-up, by default to the places of gold's quotients; others as text."""
    try:
        number = value if isinstance(value, Fraction) else Fraction(Decimal(str(value)))
    except ArithmeticError:
        return str(value)
    scaled = abs(number) * 10**places
    whole = (2 * scaled + 1) // 2
    return Fraction(whole if number >= 0 else -whole, 10**places)
