"""Numbers have units and places."""

from __future__ import annotations

from typing import Any

import pytest

from infra.dashboards.definition.formats import number_format
from lake.model.dashboards.fields import Format


@pytest.mark.parametrize(
    ("format", "is_short", "kind", "places", "more"),
    [
        (Format.DOLLARS, True, "Currency", 1, {"Symbol": "USD", "NumberScale": "AUTO"}),
        (Format.DOLLARS, False, "Currency", 2, {"Symbol": "USD", "NumberScale": "NONE"}),
        (Format.PRICE, True, "Currency", 2, {"Symbol": "USD", "NumberScale": "NONE"}),
        (Format.COUNT, True, "Number", 0, {"NumberScale": "NONE"}),
        (Format.NUMBER, True, "Number", 1, {"NumberScale": "AUTO"}),
        (Format.PERCENT, True, "Percentage", 1, {}),
        (Format.SECONDS, True, "Number", 1, {"Suffix": " s", "NumberScale": "NONE"}),
    ],
)
def test_format_of_a_number(
    format: Format, is_short: bool, kind: str, places: int, more: dict[str, Any]
) -> None:
    [(name, made)] = number_format(format, is_short=is_short).items()
    assert name == f"{kind}DisplayFormatConfiguration"
    assert made["DecimalPlacesConfiguration"] == {"DecimalPlaces": places}
    assert {key: made.get(key) for key in more} == more
