"""A number over time, as a specification for Vega-Lite, a legend, and a table."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from dashboard import formats
from dashboard.data.frames import Value
from dashboard.periods import first_of, point_of, points
from dashboard.views.cards import Card
from dashboard.views.groups import groups, in_order
from dashboard.views.scope import Scope, sunday_of
from dashboard.views.specification import Point, specification
from dashboard.views.tables import Cells
from lake.model.dashboards.fields import Unit
from lake.model.dashboards.visuals import Mark, Trend

Number = Decimal | int | None
Series = tuple[str, Mapping[dt.date, Number]]
"""A series' name, and its numbers by point."""

MOST_DAYS = 70
"""Days up to which Mondays are labelled; above, months are."""

OTHER = "Other"
OUTLINED = "provisional"
"""Words for the groups that are not shown singly, and for marks that are outlined."""

NARROW, WITH_YEAR = 0.035, 0.07
"""Parts of the axis that a month's label needs, without and with its year; labels that touch are left out."""

FIRST = WITH_YEAR + NARROW / 2
"""Part of the axis that the first label and half of the next need: the first one begins at its mark."""


def card(visual: Trend, scope: Scope) -> Card:
    """Return the card of a trend. Points without rows have no mark."""
    rows_of: dict[dt.date, list[int]] = defaultdict(list)
    days = scope.frame.columns.get(scope.frame.date, ())
    for place in scope.shown:
        day = days[place]
        if isinstance(day, dt.date):
            rows_of[point_of(day, visual.unit_of_time)].append(place)
    series = _series(visual, scope, rows_of)
    axis = list(points(min(rows_of), max(rows_of), visual.unit_of_time)) if rows_of else []
    ends = {day: _last_shown(day, visual.unit_of_time) for day in axis}
    full = [day for day in axis if scope.month and _month_of(day, visual, scope.month) == scope.month]
    outlined = _outlined(visual, scope, rows_of, [name for name, _ in series])
    # Half the marks at half opacity say which month is chosen; where all belong to it, nothing is to be said.
    # A line is one mark: points of two opacities would be two lines.
    dims = len(full) < len(axis) and visual.outlined is None and visual.mark is not Mark.LINE
    drawn = [
        Point(
            x=ends[day],
            y=numbers[day],
            series=name,
            is_full=not dims or day in full,
            is_outlined=(name, day) in outlined,
            tip=f"{_title(day, visual.unit_of_time)} · "
            + (f"{name} · " if visual.by else "")
            + formats.shown(numbers[day], visual.value.format)
            + (f" · {OUTLINED}" if (name, day) in outlined else ""),
        )
        for name, numbers in series
        for day in axis
        if numbers.get(day) is not None
    ]
    names = [name for name, _ in series]
    return Card(
        key=visual.key,
        kind="trend",
        title=visual.title,
        subtitle=visual.unit
        + (f"; {formats.month_name(scope.month)} in full colour" if dims and scope.month and full else ""),
        width=visual.width,
        body={
            "spec": specification(
                drawn, [ends[day] for day in axis], names, visual, _labels(axis, ends, visual)
            ),
            "legend": names if visual.by else [],
            "outlined": OUTLINED if outlined else "",
        },
        cells=Cells(
            ["From", *names],
            [False, *(True for _ in names)],
            [[day.isoformat(), *(numbers.get(day) for _, numbers in series)] for day in axis],
        ),
        summary=_summary(series, axis, visual),
        empty="" if drawn else "No rows in this selection.",
    )


def _outlined(
    visual: Trend, scope: Scope, rows_of: Mapping[dt.date, Sequence[int]], names: Sequence[str]
) -> set[tuple[str, dt.date]]:
    """Return the marks, as (series, point), that have a row which is drawn as an outline."""
    if visual.outlined is None:
        return set()
    shown = scope.frame.columns[visual.by.column] if visual.by else ()
    found = set()
    for day, rows in rows_of.items():
        for place in scope.frame.only(rows, *visual.outlined):
            name = visual.by.shown(shown[place]) if visual.by else visual.value.label
            found.add((name if name in names else OTHER, day))
    return found


def _month_of(day: dt.date, visual: Trend, newest: dt.date) -> dt.date:
    """Return the month of a point: of a week that of its Sunday, at most the newest one shown."""
    if visual.unit_of_time is not Unit.WEEK:
        return first_of(day)
    return min(first_of(sunday_of(day)), newest)


def _last_shown(day: dt.date, unit: Unit) -> str:
    """Return the name of a point on the axis, which orders and identifies it."""
    return day.isoformat() if unit is not Unit.MONTH else day.isoformat()[:7]


def _series(visual: Trend, scope: Scope, rows_of: Mapping[dt.date, Sequence[int]]) -> list[Series]:
    if visual.by is None:
        return [
            (visual.value.label, {day: scope.compute(visual.value, rows) for day, rows in rows_of.items()})
        ]
    ordered = in_order(groups(scope, scope.shown, (visual.by,), (visual.value,)), visual.by)
    ordered = [group for group in ordered if group.numbers[0]]
    single = ordered if len(ordered) <= visual.most else ordered[: visual.most - 1]
    values: dict[Value, str] = {group.key[0]: visual.by.shown(group.key[0]) for group in single}
    named = list(values.values())
    if len(single) < len(ordered):
        values |= {group.key[0]: OTHER for group in ordered[len(single) :]}
        named.append(OTHER)
    column = scope.frame.columns[visual.by.column]
    members: dict[tuple[str, dt.date], list[int]] = defaultdict(list)
    for day, rows in rows_of.items():
        for place in rows:
            if column[place] in values:
                members[values[column[place]], day].append(place)
    found: dict[str, dict[dt.date, Number]] = {name: {} for name in named}
    for (name, day), rows in members.items():
        found[name][day] = scope.compute(visual.value, rows)
    return list(found.items())


def _title(day: dt.date, unit: Unit) -> str:
    if unit is Unit.MONTH:
        return formats.month(day)
    return f"Week of {formats.day(day)}" if unit is Unit.WEEK else formats.day(day)


def _labels(axis: Sequence[dt.date], ends: Mapping[dt.date, str], visual: Trend) -> dict[str, str]:
    """Return the points of the axis that have a label: months of weeks and months, Mondays of days."""
    if visual.unit_of_time is Unit.DAY and len(axis) <= MOST_DAYS:
        return {ends[day]: formats.short_day(day) for day in axis if day.weekday() == 0 or len(axis) < 10}
    starts = [place for place, day in enumerate(axis) if not place or day.month != axis[place - 1].month]
    labels: dict[str, str] = {}
    free = 0.0  # the place up to which the first label reaches
    for at, place in enumerate(starts):
        day = axis[place]
        room = (starts[at + 1] if at + 1 < len(starts) else len(axis)) - place
        name = formats.MONTHS[day.month - 1][:3]
        if room < len(axis) * NARROW or place < free:
            continue  # the next label would touch it, or the first one does
        is_free = room > len(axis) * WITH_YEAR and place > free + len(axis) * (WITH_YEAR - NARROW) / 2
        has_year = not labels or (day.month == 1 and is_free)
        labels[ends[day]] = f"{name}{formats.SPACE}{day.year}" if has_year else name
        free = free or place + len(axis) * FIRST
    return labels


def _summary(series: Sequence[Series], axis: Sequence[dt.date], visual: Trend) -> str:
    """Return the trend in sentences: first and last point and the highest one of each series."""
    if not axis:
        return ""
    parts = [f"{_title(axis[0], visual.unit_of_time)} to {_title(axis[-1], visual.unit_of_time)}."]
    for name, numbers in series:
        present = {day: number for day, number in numbers.items() if number is not None}
        if present:
            highest = max(present, key=lambda day: (present[day] or 0, day))
            newest, top = (
                formats.shown(present[each], visual.value.format) for each in (max(present), highest)
            )
            parts.append(f"{name}: newest {newest}, highest {top} ({_title(highest, visual.unit_of_time)}).")
    return " ".join(parts)
