"""The rows that a visual shows, after its period and the page's filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import formats
from dashboard.data.frames import Frame, Rows
from dashboard.data.measures import compute
from dashboard.periods import Range, first_of, last_of, months_before, range_of
from dashboard.selection import Chosen
from lake.model.dashboards.fields import PROVISIONAL, Measure, Unit
from lake.model.dashboards.visuals import Dashboard, Trend, Visual


@dataclass(frozen=True)
class Scope:
    """A visual's rows: `month` is the month shown, None in a dataset without dates or rows.

    `not_filtered` names the set filters that the dataset has no column for.
    """

    frame: Frame
    visual: Visual
    chosen: Chosen
    filters: Sequence[tuple[str, str]]
    not_filtered: Sequence[str]
    month: dt.date | None
    newest: dt.date | None

    def rows(self, days: Range) -> Rows:
        """Return the rows of a range of days that the filters let through."""
        found = self.frame.between(days)
        if self.visual.only:
            found = self.frame.only(found, *self.visual.only)
        for column, text in self.filters:
            found = self.frame.only(found, column, text)
        return found

    @property
    def days(self) -> Range | None:
        """The days of the visual's period; None where there are none."""
        if not self.frame.date:
            return dt.date.min, dt.date.max
        if self.month is None or self.newest is None:
            return None
        return range_of(self.visual.period, self.month, self.newest)

    @property
    def shown(self) -> Rows:
        """The rows of the visual's period."""
        return self.rows(self.days) if self.days else ()

    def of_month(self, months_back: int = 0) -> Rows:
        """Return the rows of the shown month, or of one before it."""
        if self.month is None:
            return ()
        month = months_before(self.month, months_back)
        return self.rows((month, last_of(month))) if months_before(month, -months_back) == self.month else ()

    @property
    def has_before(self) -> bool:
        """Whether the dataset has rows in the month before, whatever the filters."""
        return (
            self.month is not None
            and bool(
                self.frame.between((months_before(self.month, 1), last_of(months_before(self.month, 1))))
            )
            and self.month > dt.date(1, 1, 1)
        )

    @property
    def open_until(self) -> dt.date | None:
        """The last day with data, if the shown month is the newest and not over.

        None in a dataset of weeks or months, whose dates say nothing of the last day with data.
        """
        if self.month is None or self.newest is None or self.is_weekly:
            return None
        is_open = self.newest < last_of(self.month) and self.month == first_of(self.frame.days[-1])
        is_daily = any(day.day != 1 for day in self.frame.days[-40:])
        return self.newest if is_open and is_daily else None

    @property
    def is_weekly(self) -> bool:
        """Whether the dataset dates its rows by the Mondays of their weeks."""
        return _is_weekly(self.visual, self.frame)

    def lacking(self, rows: Rows) -> list[str]:
        """Return the columns of the visual's numbers that have no value in any of some rows."""
        read = dict.fromkeys(name for each in self.visual.measures for name in each.columns())
        return [
            name
            for name in read
            if len(rows) and all(self.frame.columns[name][place] is None for place in rows)
        ]

    def compute(self, measure: Measure, rows: Rows) -> Decimal | int | None:
        """Return a measure over rows of this frame."""
        return compute(measure, self.frame, rows)

    def period_text(self) -> str:
        """Return the shown period in words, with the last day with data if the newest month is not over."""
        period = self.visual.period
        if self.visual.only and self.visual.only[0] == PROVISIONAL:
            return ""  # These are the open days, whatever the period.
        if not self.frame.date or period.number == 0:
            return "all history (not filtered by month)" if self.chosen.month else "all history"
        if self.month is None or self.newest is None:
            return ""
        if period.unit is Unit.DAY:
            return f"{period.number} days to {formats.day(self.newest)}"
        until = formats.month(self.month)
        text = until if period.number == 1 else f"{period.number} months to {until}"
        if self.is_weekly:
            return f"{text}, last week begins {formats.short_day(self.newest)}"
        until_day = self.open_until
        return f"{text}, data until {formats.short_day(until_day)}" if until_day else text


def _is_weekly(visual: Visual, frame: Frame) -> bool:
    is_shown_so = isinstance(visual, Trend) and visual.unit_of_time is Unit.WEEK
    return is_shown_so and all(day.weekday() == 0 for day in frame.days[-8:])


def sunday_of(monday: dt.date) -> dt.date:
    """Return the last day of a week, at most the last day of the calendar."""
    return dt.date.fromordinal(min(monday.toordinal() + 6, dt.date.max.toordinal()))


def _newest_month(visual: Visual, frame: Frame, most: dt.date | None) -> dt.date | None:
    """Return the month of a dataset's newest row, None without rows.

    A week's Monday says nothing of its last day with data: a week belongs to the month of its Sunday, at most
    to `most`.
    """
    if not frame.days:
        return None
    month = first_of(frame.days[-1])
    if most is None or not _is_weekly(visual, frame):
        return month
    return min(first_of(sunday_of(frame.days[-1])), most)


def scope_of(
    visual: Visual, frame: Frame, dashboard: Dashboard, chosen: Chosen, newest: dt.date | None = None
) -> Scope:
    """Return the rows of a visual; `newest` is the month that the page shows.

    A filter applies if the dataset has its column.
    """
    filters, not_filtered = [], []
    for each in dashboard.filters:
        if each.column and each.key in chosen.values:
            if each.column in frame.columns:
                filters.append((each.column, chosen.values[each.key]))
            else:
                not_filtered.append(f"not filtered by {each.label.lower()}")
    month = chosen.month or _newest_month(visual, frame, newest)
    if not frame.date:
        month = None
    last = frame.newest(last_of(month)) if month else None
    return Scope(frame, visual, chosen, filters, not_filtered, month, last)
