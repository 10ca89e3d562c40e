"""The numbers of a visual as a table: "show as table" and the download hold the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard import formats
from lake.model.dashboards.fields import Measure

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that spreadsheets take for a formula."""


@dataclass(frozen=True)
class Cells:
    """Headings, which of them are numbers, and rows of exact values."""

    headings: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[object]]

    def shown(self) -> list[list[str]]:
        """Return the rows as they stand on the page: exact, without trailing zeros after the cents."""
        return [[_text(value) for value in row] for row in self.rows]

    def csv(self) -> str:
        """Return the rows as CSV. A text that a spreadsheet would take for a formula gets an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        # Headings may be values of the data: the series of a trend, the columns of a heatmap.
        writer.writerow([_safe(heading) for heading in self.headings])
        writer.writerows([_safe(value) for value in row] for row in self.rows)
        return out.getvalue()


def _safe(value: object) -> str:
    text = formats.exact(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _text(value: object) -> str:
    if value is None:
        return formats.MISSING
    text = formats.exact(value)
    return _trimmed(text) if isinstance(value, Decimal) else text


def _trimmed(text: str) -> str:
    whole, point, fraction = text.partition(".")
    if not point or not fraction.isdigit():
        return text
    return f"{whole}.{fraction[:2]}{fraction[2:14].rstrip('0')}"


def headings(dimensions: Sequence[str], measures: Sequence[Measure]) -> tuple[list[str], list[bool]]:
    """Return the headings of groups and measures, and which are numbers."""
    names = [*dimensions, *(each.label for each in measures)]
    return names, [False] * len(dimensions) + [True] * len(measures)
