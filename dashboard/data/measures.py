"""Measures computed over rows, in exact decimals."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from dashboard.data.frames import Frame, Rows
from lake.model.dashboards.fields import Aggregation, Measure

DIGITS = 76
"""Digits of intermediate results: two of Athena's widest decimals multiplied fit."""


@contextmanager
def exactly() -> Iterator[None]:
    """Compute with enough digits that sums and products in the block are exact."""
    with decimal.localcontext() as context:
        context.prec = DIGITS
        yield


def compute(measure: Measure, frame: Frame, rows: Rows) -> Decimal | int | None:
    """Return the measure over some rows of a frame; None where it is missing. Call it within `exactly()`."""
    if measure.aggregation is Aggregation.RATIO:
        above, below = (compute(part, frame, rows) for part in measure.parts)
        return None if above is None or not below else Decimal(above) * measure.factor / Decimal(below)
    has_rows = bool(len(rows))
    if measure.only:
        rows = frame.only(rows, *measure.only)
    if measure.aggregation is Aggregation.ROWS:
        return len(rows)
    values = frame.columns[measure.column]
    present = [value for place in rows if (value := values[place]) is not None]
    if measure.aggregation is Aggregation.PRESENT:
        return len(present)
    if measure.aggregation is Aggregation.DISTINCT:
        return len(set(present))
    if present:
        return sum(present)  # type: ignore[arg-type]
    return 0 if measure.only and has_rows else None
