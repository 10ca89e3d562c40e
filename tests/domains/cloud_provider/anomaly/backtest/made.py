"""Figures and labelled costs from few literals."""

from __future__ import annotations

from collections.abc import Mapping

from domains.cloud_provider.anomaly.backtest.cases import SPIKE
from domains.cloud_provider.anomaly.backtest.figures import Figures, Results
from domains.cloud_provider.anomaly.backtest.panels import MADE_UP_PANELS, OWN_PANELS
from domains.cloud_provider.anomaly.backtest.promotion import AS_OF, PUBLISHED

PANELS = (*OWN_PANELS, *MADE_UP_PANELS)
CASES = 40

Found = Mapping[str, tuple[int, int]]
"""Panel → found cases of CASES, false alarms."""


def everywhere(found: int, alarms: int = 0, **others: tuple[int, int]) -> Found:
    """Return the same for all panels, but for those named as `own`, `own_gaps`, `made_up`, …"""
    named = {panel.replace(", ", "_").replace("-", "_"): panel for panel in PANELS}
    return {**dict.fromkeys(PANELS, (found, alarms)), **{named[name]: both for name, both in others.items()}}


def figures(models: Mapping[str, Found], kind: str = SPIKE, cases: int = CASES) -> Results:
    """Return the results of models with one kind of cases; the cold starts find a fifth unless named."""
    poor = everywhere(cases // 5)
    return Results({
        (model, panel, kind): Figures(
            cases=cases, found=found, false_alarms=alarms, organisation_days=280
        )
        for model, panels in {PUBLISHED: poor, AS_OF: poor, **models}.items()
        for panel, (found, alarms) in panels.items()
    })  # fmt: skip
