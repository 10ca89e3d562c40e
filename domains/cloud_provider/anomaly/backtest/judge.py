"""From daily costs, verdicts and candidates to the outcome of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.anomaly.backtest import promotion, report
from domains.cloud_provider.anomaly.backtest.cases import Given, by_day, given
from domains.cloud_provider.anomaly.backtest.damage import damage, weeks
from domains.cloud_provider.anomaly.backtest.figures import Results
from domains.cloud_provider.anomaly.backtest.panels import (
    ORGANISATIONS,
    OWN_PANELS,
    Holdout,
    labelled_panels,
    panel_feedback,
    sample,
)
from domains.cloud_provider.anomaly.backtest.run import COSTS, Scorer, backtest
from lake.model.training import Decision, Training

Rows = tuple[Mapping[str, object], ...]
"""Rows of a table of parameters."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A set of parameters, and the scores with it."""

    name: str
    parameters: Rows
    scorer: Scorer


def judge(
    daily_costs: DataFrame,
    feedback: DataFrame,
    candidates: Sequence[Candidate],
    champion: Candidate | None,
) -> Training:
    """Backtest the candidates beside the champion and the cold start; return the outcome of the training.

    `daily_costs` holds COSTS, `feedback` org_id, usage_date, service and verdict. Costs that are null do not
    count.
    """
    costs = daily_costs.select(*COSTS).where(F.col("cost_usd").isNotNull() & F.col("usage_date").isNotNull())
    history = weeks(costs)
    if not history:
        return _too_little("There are no daily costs: the cold start stays.")
    start, end = history[0].first, history[-1].last
    holdout = Holdout.of(start, end)
    if holdout is None:
        return _too_little(
            f"The daily costs reach from {start} to {end}: 28 days are needed at least.", start, end
        )
    verdicts = by_day(feedback).localCheckpoint()
    sampled = sample(costs, verdicts, holdout)
    # Every model reads the panels: they are computed once, and not again from files that may have changed.
    labelled = labelled_panels(sampled, verdicts, holdout).localCheckpoint()
    spoken = panel_feedback(feedback.select("org_id", "usage_date", "service", "verdict"))
    models = {each.name: each.scorer for each in candidates}
    if champion is not None:
        models[promotion.CHAMPION] = champion.scorer
    results = backtest(labelled, spoken, models)
    own_cases = results.of(candidates[0].name, OWN_PANELS).cases
    if own_cases < promotion.MIN_CASES:
        reason = (
            f"Only {own_cases} anomalies could be injected into the last {holdout.days} days: "
            f"{promotion.MIN_CASES} are needed. A series needs 14 costs before these days and 7 within."
        )
        return _too_little(reason, start, end)
    doubts = tuple(damage(history))
    return _outcome(results, candidates, champion, doubts, holdout, given(costs, verdicts))


def _outcome(
    results: Results,
    candidates: Sequence[Candidate],
    champion: Candidate | None,
    doubts: tuple[str, ...],
    holdout: Holdout,
    spoken: Given,
) -> Training:
    names = [each.name for each in candidates]
    rivals = [*([promotion.CHAMPION] if champion else []), *promotion.COLD_STARTS]
    verdict = promotion.decide(results, names, rivals, doubts)
    chosen = next(each for each in candidates if each.name == verdict.candidate)
    reasons, promoted = verdict.reasons, verdict.promoted
    if champion is not None and same_rows(chosen.parameters, champion.parameters):
        reasons, promoted = (
            ("The champion's parameters are still the best of all candidates.", *doubts),
            False,
        )
    headings = [("candidate", chosen.name), *((rival, rival) for rival in rivals)]
    return Training(
        decision=Decision.PROMOTE if promoted else Decision.KEEP,
        reasons=reasons,
        parameters=chosen.parameters,
        window_start=holdout.since,
        window_end=holdout.end,
        figures={
            "candidate": chosen.name,
            "candidates": names,
            "held_out": {"begin": str(holdout.begin), "end": str(holdout.end), "days": holdout.days},
            "sampled_organisations": ORGANISATIONS,
            "feedback": asdict(spoken),
            "models": report.as_json(results, headings),
        },
        table=report.as_table(results, headings),
    )


def same_rows(one: Rows, other: Rows) -> bool:
    """Return whether two tables of parameters hold the same rows, in whatever order."""

    def texts(rows: Rows) -> list[str]:
        return sorted(str(sorted((name, str(value)) for name, value in row.items())) for row in rows)

    return texts(one) == texts(other)


def _too_little(reason: str, start: date | None = None, end: date | None = None) -> Training:
    return Training(decision=Decision.TOO_LITTLE_DATA, reasons=(reason,), window_start=start, window_end=end)
