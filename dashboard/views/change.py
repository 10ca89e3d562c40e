"""Changes to the month before, with a sign, an arrow and a tone."""

from __future__ import annotations

from decimal import Decimal

from dashboard import formats
from dashboard.views.cards import Delta
from lake.model.dashboards.fields import Format
from lake.model.dashboards.visuals import Better

Number = Decimal | int | None


def delta(now: Number, before: Number, better: Better, format: Format, month_before: str) -> Delta | None:
    """Return the change of a number; None where it or the month before has none.

    Percentages and scores change by points, other numbers by percent, and by their difference from 0.
    """
    if now is None or before is None:
        return None
    difference = Decimal(now) - Decimal(before)
    if format.changes_by_points:
        text = _points(difference, format)
    elif before:
        text = formats.change(formats.relative(now, before))
    else:
        text = ("+" if difference > 0 else "") + formats.shown(difference, format)
    is_flat = not any(digit in "123456789" for digit in text)
    arrow = "→" if is_flat else "↑" if difference > 0 else "↓"
    good = better is Better.MORE if difference > 0 else better is Better.LESS
    tone = "plain" if is_flat or better is Better.NEITHER else "good" if good else "bad"
    return Delta(text, arrow, tone, f"from {formats.shown(before, format)} in {month_before}")


def _points(difference: Decimal, format: Format) -> str:
    points = formats.rounded(difference * (100 if format is Format.PERCENT else 1), 1)
    sign = "+" if points > 0 else formats.MINUS if points < 0 else ""
    return f"{sign}{abs(points):f}{formats.SPACE}pts"


def in_words(now: Number, before: Number, words: tuple[str, str], format: Format) -> str:
    """Return the change in words: "0.9 % less", "0 % more" where nothing changes; "" if unknown."""
    if now is None or before is None:
        return ""
    difference = Decimal(now) - Decimal(before)
    if format.changes_by_points:
        points = _points(abs(difference), format).removeprefix("+")
        return f"{points} {words[0] if difference >= 0 else words[1]}"
    part = formats.relative(now, before)
    if part is None:
        return ""
    if not formats.rounded(abs(part) * 100, 1):
        return f"0{formats.SPACE}% {words[0]}"
    unit = formats.shown(abs(part), Format.PERCENT)
    return f"{unit} {words[0] if difference > 0 else words[1]}"
