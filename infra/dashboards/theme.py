"""Colours of the dashboards in QuickSight, those of the web application's light theme."""

from __future__ import annotations

from typing import Any

SERIES = ("#2458D3", "#1A9C93", "#6B2166", "#566072")
GOOD, BAD = "#1D5FC4", "#B4490A"
"""Of changes for the better and for the worse; people who are colour-blind can tell them."""

SCALE = ("#E8EFFC", "#2458D3")
"""From the smallest to the largest number of a heatmap."""

_INK, _MUTED, _PAGE, _LINE, _CARD = "#131A26", "#566072", "#F4F6F9", "#E1E6EE", "#FFFFFF"

CONFIGURATION: dict[str, Any] = {
    "DataColorPalette": {
        "Colors": list(SERIES),
        "MinMaxGradient": list(SCALE),
        "EmptyFillColor": _LINE,
    },
    "UIColorPalette": {
        "PrimaryForeground": _INK,
        "PrimaryBackground": _CARD,
        "SecondaryForeground": _MUTED,
        "SecondaryBackground": _PAGE,
        "Accent": SERIES[0],
        "AccentForeground": _CARD,
        "Danger": BAD,
        "DangerForeground": _CARD,
        "Warning": BAD,
        "WarningForeground": _CARD,
        "Success": GOOD,
        "SuccessForeground": _CARD,
        "Dimension": SERIES[0],
        "DimensionForeground": _CARD,
        "Measure": SERIES[1],
        "MeasureForeground": _CARD,
    },
    "Sheet": {
        "Tile": {"Border": {"Show": True}},
        "TileLayout": {"Gutter": {"Show": True}, "Margin": {"Show": True}},
    },
}
