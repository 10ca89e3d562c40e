"""A dashboard's page: its cards, its filters and its headline, from declared visuals and loaded rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

from dashboard import formats
from dashboard.data.datasets import Holds, Loaded
from dashboard.data.frames import Frame
from dashboard.data.measures import exactly
from dashboard.data.notices import old_rows
from dashboard.periods import months_before
from dashboard.selection import Chosen, Control, controls, unknown
from dashboard.views import bars, funnel, grouped, heatmap, kpi, trend
from dashboard.views.cards import Card
from dashboard.views.scope import Scope, scope_of
from lake.model.dashboards.visuals import (
    Bars,
    Dashboard,
    Funnel,
    Heatmap,
    Kpi,
    Shares,
    Table,
    Text,
    Trend,
    Visual,
)

VIEWS: dict[type[Visual], Callable[[Any, Scope], Card]] = {
    Kpi: kpi.card,
    Trend: trend.card,
    Bars: bars.bars,
    Shares: bars.shares,
    Heatmap: heatmap.card,
    Funnel: funnel.card,
    Table: grouped.card,
}


@dataclass(frozen=True)
class Section:
    """A sheet on the page."""

    title: str
    cards: Sequence[Card]


@dataclass(frozen=True)
class Page:
    """What the template of a dashboard shows."""

    dashboard: Dashboard
    chosen: Chosen
    month: dt.date | None
    headline: Sequence[tuple[str, bool]]
    sections: Sequence[Section]
    controls: Sequence[Control]
    messages: Sequence[str]

    def card(self, key: str) -> Card | None:
        """Return a card by key, None if there is none."""
        return next((card for section in self.sections for card in section.cards if card.key == key), None)


def page_of(dashboard: Dashboard, datasets: Holds, chosen: Chosen, known: Sequence[Frame] = ()) -> Page:
    """Return the page of a dashboard with the chosen filters; `known` rows add values to choose from."""
    with exactly():
        frames = [
            loaded.frame
            for visual in dashboard.visuals
            if (loaded := datasets.get(visual.dataset)).frame is not None
        ]
        dated = [frame for frame in _unique(frames) if frame.days]
        month = chosen.month or max((frame.months[-1] for frame in dated), default=None)
        sections = [
            Section(sheet.title, [_card(each, dashboard, datasets, chosen, month) for each in sheet.visuals])
            for sheet in dashboard.sheets
        ]
        cards = {card.key: card for section in sections for card in section.cards}
        return Page(
            dashboard=dashboard,
            chosen=chosen,
            month=month,
            headline=_headline(dashboard, cards, datasets, chosen),
            sections=sections,
            controls=controls(dashboard, [*_unique(frames), *known], chosen),
            messages=[
                *old_rows(datasets, (each.dataset for each in dashboard.visuals)),
                *([chosen.problem] if chosen.problem else []),
                *unknown(dashboard, [*_unique(frames), *known], chosen),
            ],
        )


def _unique(frames: Sequence[Frame]) -> list[Frame]:
    return list({id(frame): frame for frame in frames}.values())


def _card(
    visual: Visual | Text, dashboard: Dashboard, datasets: Holds, chosen: Chosen, newest: dt.date | None
) -> Card:
    """Return a visual's card; `newest` is the month that the page shows."""
    if isinstance(visual, Text):
        return Card(
            key=visual.key, kind="text", title=visual.title, width=visual.width, body={"text": visual.text}
        )
    loaded = datasets.get(visual.dataset)
    source = visual.dataset.name
    if loaded.frame is None:
        return replace(_problem(visual, loaded), source=source)
    scope = scope_of(visual, loaded.frame, dashboard, chosen, newest)
    found = VIEWS[type(visual)](visual, scope)
    period = scope.period_text()
    subtitle = ", ".join(each for each in (found.subtitle, period) if each)
    empty = found.empty
    if visual.dataset.served:
        empty = empty and f"The serving store has no such rows of {source}."
    elif not loaded.frame.size:
        empty = (
            f"The table {source} has no rows yet: upload files with `caudal upload`, and wait for the run."
        )
    elif lacking := _lacking(visual, scope, found):
        empty = (
            f"These rows of {source} have no {' and no '.join(lacking)}. If they were published before the "
            "column was declared, a full refresh fills it."
        )
    elif empty and scope.month:
        empty = f"No rows in {formats.month(scope.month)} with these filters."
    notes = list(scope.not_filtered)
    is_earlier = newest is not None and scope.month is not None and scope.month < newest
    if is_earlier and scope.month and visual.period.number and not scope.is_weekly:
        notes.append(f"this table ends in {formats.month_name(scope.month)}")
    return replace(found, subtitle=subtitle, notes=notes, empty=empty, source=source)


def _lacking(visual: Visual, scope: Scope, found: Card) -> list[str]:
    """Return the columns that keep a number or a trend from being shown, although it has rows."""
    if isinstance(visual, Kpi):
        return scope.lacking(scope.of_month()) if found.body.get("value") == formats.MISSING else []
    return scope.lacking(scope.shown) if isinstance(visual, Trend) and found.empty else []


def _problem(visual: Visual, loaded: Loaded) -> Card:
    error = loaded.error
    what = error.what if error else "The data is not loaded."
    hint = (error.hint if error else None) or ""
    return Card(
        key=visual.key,
        kind="kpi" if isinstance(visual, Kpi) else "problem",
        title=visual.title,
        subtitle=visual.unit,
        width=visual.width,
        problem=(what[:400], hint),
    )


def _headline(
    dashboard: Dashboard, cards: dict[str, Card], datasets: Holds, chosen: Chosen
) -> list[tuple[str, bool]]:
    """Return the headline as (text, whether it is a number); the dashboard's title if a fact is missing."""
    facts: dict[str, str] = {}
    for key, card in cards.items():
        facts |= {f"{key}.{fact}" if fact else key: text for fact, text in card.facts.items()}
    first = next((each for each in dashboard.visuals if isinstance(each, Kpi)), dashboard.visuals[0])
    frame = datasets.get(first.dataset).frame
    scope = scope_of(first, frame, dashboard, chosen) if frame else None
    if scope and (month := scope.month):
        until = scope.open_until
        so_far = f" so far (to {formats.short_day(until)})" if until else ""
        facts |= {
            "month": formats.month_name(month) + so_far,
            "month_before": formats.month_name(months_before(month, 1)),
        }
    if cards[first.key].problem:
        return [(dashboard.title, False)]
    for text in (dashboard.headline, dashboard.first_headline):
        parts = list(Formatter().parse(text))
        is_fixed = all(place is None for _, place, _, _ in parts)
        if is_fixed and (chosen.values or frame is None or not frame.size):
            continue  # It speaks of all rows, and says nothing where there are none.
        if all(place is None or place in facts for _, place, _, _ in parts):
            return _filled(parts, facts)
    return [(dashboard.title, False)]


def _filled(parts: Sequence[tuple[Any, ...]], facts: dict[str, str]) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    for literal, place, _, _ in parts:
        if literal:
            found.append((literal, False))
        if place is not None:
            # The first number is the answer; it stands out.
            is_answer = ("." not in place and "month" not in place) or place.endswith(".lost_share")
            found.append((facts[place], is_answer and not any(marked for _, marked in found)))
    return found
