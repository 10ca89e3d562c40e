"""Pictures of series with expectation, bounds and anomalies, as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

WIDTH, HEIGHT = 860, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 14, 34, 30
_FONT = 'font-family="sans-serif" font-size="12"'


@dataclass(frozen=True, kw_only=True)
class Point:
    """A day of a series; dollars. Expectation and bounds are null where nothing is known about the day."""

    day: date
    cost: Decimal
    expected: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    is_anomaly: bool


def picture(title: str, points: Sequence[Point]) -> str:
    """Return an SVG: bounds as an area, the expectation dashed, costs as a line, anomalies as dots."""
    highest = max(max(point.cost, point.upper or point.cost) for point in points) or Decimal(1)
    first, last = points[0].day, points[-1].day
    days = max((last - first).days, 1)

    def x(day: date) -> str:
        return f"{_LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days / days:.1f}"

    def y(cost: Decimal) -> str:
        return f"{HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * float(cost / highest):.1f}"

    def path(values: Iterable[tuple[date, Decimal]]) -> str:
        return " ".join(f"{x(day)},{y(cost)}" for day, cost in values)

    known = [point for point in points if point.expected is not None]
    upper = [(point.day, point.upper or Decimal(0)) for point in known]
    lower = [(point.day, point.lower or Decimal(0)) for point in reversed(known)]
    expected = [(point.day, point.expected or Decimal(0)) for point in known]
    marks = [highest * share / 4 for share in range(5)]
    line = path((point.day, point.cost) for point in points)
    # The last days have no room for a label.
    dates = points[: max(len(points) - 4, 1) : max(len(points) // 6, 1)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {_FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="20" font-weight="bold" fill="#1f2933">{escape(title)}</text>',
        *(
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(mark)}" y2="{y(mark)}" stroke="#e4e7eb"/>'
            f'<text x="{_LEFT - 6}" y="{y(mark)}" text-anchor="end" fill="#52606d">{mark:,.0f} $</text>'
            for mark in marks
        ),
        *(
            f'<text x="{x(point.day)}" y="{HEIGHT - 10}" fill="#52606d">{point.day:%d %b}</text>'
            for point in dates
        ),
        f'<polygon points="{path([*upper, *lower])}" fill="#cfe8fc"/>',
        f'<polyline points="{path(expected)}" fill="none" stroke="#2680c2" stroke-dasharray="5 4"/>',
        f'<polyline points="{line}" fill="none" stroke="#1f2933" stroke-width="1.5"/>',
        *(
            f'<circle cx="{x(point.day)}" cy="{y(point.cost)}" r="4.5" fill="#d64545"/>'
            for point in points
            if point.is_anomaly
        ),
        "</svg>",
        "",
    ])  # fmt: skip
