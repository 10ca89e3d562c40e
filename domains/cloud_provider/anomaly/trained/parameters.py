"""The parameters that training chooses, the settings that it chooses from, and days that teach nothing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from lake.model.columns import integer, text

TRAINED_PARAMETERS = (
    text("service", "Service; null for all services without a row of their own."),
    integer("level_costs", "Number of newest costs whose median is the level."),
    integer("width_percent", "Factor on the usual size of residuals; wider bounds mean fewer anomalies."),
)
"""One row for all services (service null), or one row per service, or both."""

TRAINED_KEY = ("service",)

MOST_LEVEL_COSTS = 56
"""Largest `level_costs`; a larger one counts as this."""

LEFT_OUT = ("planned", "false_alarm")
"""Days with these verdicts are scored, but no later day learns from them."""

CANDIDATES: tuple[Mapping[str, int | None], ...] = tuple(
    {"service": None, "level_costs": level, "width_percent": width}
    for level, width in product((28, 42, MOST_LEVEL_COSTS), (125, 150, 175))
)
"""The settings that training compares, as rows of TRAINED_PARAMETERS."""
