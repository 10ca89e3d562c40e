"""How numbers are shown in QuickSight."""

from __future__ import annotations

from typing import Any

from lake.model.dashboards.fields import Format

_SEPARATORS = {
    "DecimalSeparator": "DOT",
    "ThousandsSeparator": {"Symbol": "COMMA", "Visibility": "VISIBLE"},
}
_MISSING = {"NullString": "–"}


def number_format(format: Format, *, is_short: bool) -> dict[str, Any]:
    """Return the format of a measure; with `is_short` dollars and numbers are scaled to k, M or B."""
    if format is Format.PERCENT:
        return {"PercentageDisplayFormatConfiguration": _parts(1)}
    scale = "AUTO" if is_short else "NONE"
    if format is Format.PRICE:
        return {"CurrencyDisplayFormatConfiguration": {"Symbol": "USD", "NumberScale": "NONE", **_parts(2)}}
    if format is Format.DOLLARS:
        places = 1 if is_short else 2
        return {
            "CurrencyDisplayFormatConfiguration": {"Symbol": "USD", "NumberScale": scale, **_parts(places)}
        }
    if format is Format.SCORE:
        return {"NumberDisplayFormatConfiguration": {"NumberScale": "NONE", **_parts(1)}}
    if format is Format.SECONDS:
        return {"NumberDisplayFormatConfiguration": {"Suffix": " s", "NumberScale": "NONE", **_parts(1)}}
    places = 0 if format is Format.COUNT else 1
    scale = scale if format is Format.NUMBER else "NONE"
    return {"NumberDisplayFormatConfiguration": {"NumberScale": scale, **_parts(places)}}


def _parts(places: int) -> dict[str, Any]:
    return {
        "DecimalPlacesConfiguration": {"DecimalPlaces": places},
        "SeparatorConfiguration": _SEPARATORS,
        "NullValueFormatConfiguration": _MISSING,
    }
