"""The filters of a page: read from its address, with the values that can be chosen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard import formats
from dashboard.data.frames import Frame
from lake.model.dashboards.visuals import Dashboard, Filter

LONGEST = 200
"""Characters of a filter's value; longer ones are cut, and then match nothing."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Chosen:
    """The month that is shown, None for the newest, and the value of each other filter that is set."""

    month: dt.date | None = None
    values: Mapping[str, str] = None  # type: ignore[assignment]
    problem: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", dict(self.values or {}))

    def address(self) -> str:
        """Return the query of an address with these filters."""
        month = {"month": f"{self.month:%Y-%m}"} if self.month else {}
        return urlencode({**month, **self.values})


@dataclass(frozen=True)
class Choice:
    """One value of a filter."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Control:
    """A filter on the page with the values that can be chosen."""

    filter: Filter
    choices: Sequence[Choice]


def chosen(dashboard: Dashboard, query: Mapping[str, str]) -> Chosen:
    """Return the filters of an address; parameters that are no filter of the dashboard are ignored."""
    month, problem = None, ""
    values = {}
    for each in dashboard.filters:
        text = query.get(each.key, "")[:LONGEST].strip()
        if not text:
            continue
        if each.column:
            values[each.key] = text
        elif _MONTH.fullmatch(text) and text >= "0001":
            month = dt.date.fromisoformat(f"{text}-01")
        else:
            problem = f"“{text}” is no month: the newest month is shown."
    return Chosen(month, values, problem)


def controls(dashboard: Dashboard, frames: Iterable[Frame], now: Chosen) -> list[Control]:
    """Return the filters of a dashboard with the values that its datasets hold."""
    frames = list(frames)
    return [
        Control(each, _values(each, frames, now) if each.column else _months(frames, now.month))
        for each in dashboard.filters
    ]


def _months(frames: Sequence[Frame], month: dt.date | None) -> list[Choice]:
    known = {each for frame in frames for each in frame.months} | ({month} if month else set())
    newest = max(known, default=None)
    shown = [Choice("", f"Newest ({formats.month(newest)})" if newest else "Newest", month is None)]
    return shown + [
        Choice(f"{each:%Y-%m}", formats.month(each), each == month) for each in sorted(known, reverse=True)
    ]


def _values(filter: Filter, frames: Sequence[Frame], now: Chosen) -> list[Choice]:
    value = now.values.get(filter.key, "")
    known = {text for frame in frames for text in frame.values(filter.column)} | ({value} if value else set())
    return [Choice("", "All", not value), *(Choice(each, each, each == value) for each in sorted(known))]


def unknown(dashboard: Dashboard, frames: Iterable[Frame], now: Chosen) -> list[str]:
    """Return a sentence for each filter whose value no dataset holds."""
    frames = list(frames)
    found = []
    for each in dashboard.filters:
        value = now.values.get(each.key)
        if value is not None and not any(value in frame.values(each.column) for frame in frames):
            found.append(f"There is no {each.label.lower()} “{value}” in the data: choose another, or “All”.")
    return found
