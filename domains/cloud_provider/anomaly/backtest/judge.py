"""From daily costs, verdicts and candidates to the outcome of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import reduce

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
    panel_parameters,
    sample,
)
from domains.cloud_provider.anomaly.backtest.run import CANDIDATE, COSTS, Scorer, backtest
from domains.cloud_provider.anomaly.newest import without_newest
from lake.model.columns import Column
from lake.model.training import Decision, Training

Parameters = Mapping[str, object]
"""A row of the parameters table."""


def judge(
    daily_costs: DataFrame,
    feedback: DataFrame,
    candidates: Sequence[Parameters],
    champion: DataFrame | None,
    scorer: Scorer,
    columns: Sequence[Column],
) -> Training:
    """Backtest the candidates beside the champion and the cold start; return the outcome of the training.

    `daily_costs` holds COSTS, `feedback` org_id, usage_date, service and verdict. Costs that are null do not
    count, nor does the newest day, which may be unfinished. Each candidate is one row of parameters,
    `columns` are those of the parameters table, `champion` holds the promoted parameters.
    """
    costs = without_newest(daily_costs.select(*COSTS)).where(F.col("cost_usd").isNotNull())
    history = weeks(costs)
    if not history:
        return _too_little("There are no daily costs of finished days.")
    start, end = history[0].first, history[-1].last
    holdout = Holdout.of(start, end)
    if holdout is None:
        return _too_little(
            f"The daily costs reach from {start} to {end}: 28 days are needed at least.", start, end
        )
    verdicts = by_day(feedback).localCheckpoint()
    # Panels are made of the sample several times, and every model reads the panels: each is computed once.
    sampled = sample(costs, verdicts, holdout).localCheckpoint()
    labelled = labelled_panels(sampled, verdicts, holdout).localCheckpoint()
    spoken = panel_feedback(feedback.select("org_id", "usage_date", "service", "verdict"))
    ordered = [{column.name: row[column.name] for column in columns} for row in candidates]
    named = {name_of(row): row for row in ordered}
    parameters = _table(daily_costs, named, champion, columns)
    results = backtest(labelled, spoken, panel_parameters(parameters), scorer, holdout.begin)
    own_cases = results.of(promotion.PUBLISHED, OWN_PANELS).cases
    if own_cases < promotion.MIN_CASES:
        reason = (
            f"Only {own_cases} anomalies could be injected into the last {holdout.days} days: "
            f"{promotion.MIN_CASES} are needed. A series needs 14 costs before these days and 7 within."
        )
        return _too_little(reason, start, end)
    doubts = tuple(damage(history, holdout.since))
    champions = [] if champion is None else _rows(champion, columns)
    return _outcome(results, named, champions, doubts, holdout, given(costs, verdicts))


def name_of(row: Parameters) -> str:
    """Return the name of a candidate: its parameters, in one line."""
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _table(
    frame: DataFrame,
    candidates: Mapping[str, Parameters],
    champion: DataFrame | None,
    columns: Sequence[Column],
) -> DataFrame:
    """Return the parameters of the candidates and of the champion, with the column CANDIDATE."""
    # Literals, because rows of the driver's Python would go through Python workers.
    rows = [
        frame.sparkSession.range(1).select(
            *(F.lit(row[column.name]).cast(column.type).alias(column.name) for column in columns),
            F.lit(name).alias(CANDIDATE),
        )
        for name, row in candidates.items()
    ]
    if champion is not None:
        promoted = champion.select(*(column.name for column in columns))
        rows.append(promoted.withColumn(CANDIDATE, F.lit(promotion.CHAMPION)))
    return reduce(DataFrame.unionByName, rows)


def _rows(parameters: DataFrame, columns: Sequence[Column]) -> list[Parameters]:
    return [row.asDict() for row in parameters.select(*(column.name for column in columns)).collect()]


def _outcome(
    results: Results,
    candidates: Mapping[str, Parameters],
    champion: Sequence[Parameters],
    doubts: tuple[str, ...],
    holdout: Holdout,
    spoken: Given,
) -> Training:
    rivals = [*([promotion.CHAMPION] if champion else []), *promotion.COLD_STARTS]
    verdict = promotion.decide(results, list(candidates), rivals, doubts)
    chosen = candidates[verdict.candidate]
    reasons, promoted = verdict.reasons, verdict.promoted
    if [name_of(chosen)] == [name_of(row) for row in champion]:
        promoted = False
        reasons = ("The champion's parameters are still the best of all candidates.", *doubts)
    headings = [("candidate", verdict.candidate), *((rival, rival) for rival in rivals)]
    return Training(
        decision=Decision.PROMOTE if promoted else Decision.KEEP,
        reasons=reasons,
        parameters=(chosen,),
        window_start=holdout.since,
        window_end=holdout.end,
        figures={
            "candidate": verdict.candidate,
            "candidates": {name: report.short(results, name) for name in candidates},
            "held_out": {"begin": str(holdout.begin), "end": str(holdout.end), "days": holdout.days},
            "sampled_organisations": ORGANISATIONS,
            "feedback": asdict(spoken),
            "models": report.as_json(results, headings),
        },
        table=report.as_table(results, headings),
    )


def _too_little(reason: str, start: date | None = None, end: date | None = None) -> Training:
    return Training(decision=Decision.TOO_LITTLE_DATA, reasons=(reason,), window_start=start, window_end=end)
