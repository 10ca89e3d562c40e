"""The figures of a training: as JSON for the registry, and as a table of text for people."""

from __future__ import annotations

from collections.abc import Sequence

from domains.cloud_provider.anomaly.backtest.figures import Figures, Results, decimal_text
from domains.cloud_provider.anomaly.backtest.panels import MADE_UP_PANELS, OWN_PANELS

PANELS = (*OWN_PANELS, *MADE_UP_PANELS)
GROUPS = {"own": OWN_PANELS, "made-up": MADE_UP_PANELS}
_MISSING = "-"


def short(results: Results, model: str) -> dict[str, str]:
    """Return F1 of a model on own and on made-up costs, as text."""
    return {group: decimal_text(results.of(model, panels).f1, 4) for group, panels in GROUPS.items()}


def as_json(results: Results, models: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return heading → panel → figures of all kinds and of each, for models as (heading, name)."""
    return {
        heading: {
            panel: {
                "all": results.of(name, [panel]).as_json(),
                **{
                    kind: figures.as_json()
                    for kind in results.kinds()
                    if (figures := results.of(name, [panel], kind)).cases
                },
            }
            for panel in PANELS
        }
        for heading, name in models
    }


def as_table(results: Results, models: Sequence[tuple[str, str]]) -> str:
    """Return a table of text with one column per model, given as (heading, name)."""
    rows = [["", *(heading for heading, _ in models)]]
    for group, panels in GROUPS.items():
        whole = [results.of(name, panels) for _, name in models]
        rows.append([f"{group} costs, {whole[0].cases} anomalies", *("" for _ in models)])
        rows += [[f"  {label}", *map(text, whole)] for label, text in _MEASURES.items()]
        for kind in results.kinds():
            each = [results.of(name, panels, kind) for _, name in models]
            if each[0].cases:
                rows.append([f"  F1 of {kind} ({each[0].cases})", *(decimal_text(f.f1, 3) for f in each)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _delay(figures: Figures) -> str:
    return decimal_text(figures.delay, 1) if figures.found else _MISSING


_MEASURES = {
    "F1": lambda figures: decimal_text(figures.f1, 3),
    "precision": lambda figures: decimal_text(figures.precision, 3),
    "recall": lambda figures: decimal_text(figures.recall, 3),
    "false alarms": lambda figures: str(figures.false_alarms),
    "false alarms per organisation and month": lambda figures: decimal_text(figures.alarms_per_month, 2),
    "delay in days": _delay,
    "missed USD": lambda figures: f"{figures.missed_usd:,.0f}",
}
"""Heading of a row → its text."""
