"""Measures over rows: exact, and missing where no row contributes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.data.frames import Frame
from dashboard.data.measures import compute, exactly
from lake.model.dashboards.fields import Format, Measure, distinct, present, ratio, rows, total

FRAME = Frame(
    {
        "amount": [Decimal("99999999999999999999999999.000001"), Decimal("0.000002"), None],
        "who": [1, 1, None],
        "kind": ["a", "b", "b"],
    }
)
AMOUNT = total("amount", "Amount", Format.DOLLARS)


@pytest.mark.parametrize(
    ("measure", "places", "value"),
    [
        (AMOUNT, [0, 1, 2], Decimal("99999999999999999999999999.000003")),
        (AMOUNT, [2], None),
        (AMOUNT, [], None),
        (rows("Rows"), [0, 1, 2], 3),
        (rows("Rows", only=("kind", "b")), [0, 1, 2], 2),
        (rows("Rows", only=("kind", "a", "b")), [0, 1, 2], 3),
        (rows("Rows"), [], 0),
        (present("amount", "With amount"), [0, 1, 2], 2),
        (distinct("who", "Who"), [0, 1, 2], 1),
        (total("amount", "A", Format.DOLLARS, only=("kind", "c")), [0, 1], 0),
        (total("amount", "A", Format.DOLLARS, only=("kind", "c")), [], None),
        (ratio(rows("B", only=("kind", "b")), rows("All"), "Share", Format.PERCENT), [0, 1], Decimal("0.5")),
        (ratio(AMOUNT, rows("R", only=("kind", "c")), "None", Format.PRICE), [0], None),
        (ratio(AMOUNT, rows("R"), "Times", Format.PRICE, factor=1000), [1], Decimal("0.002")),
    ],
)
def test_measures_are_exact(measure: Measure, places: list[int], value: Decimal | int | None) -> None:
    with exactly():
        assert compute(measure, FRAME, places) == value
