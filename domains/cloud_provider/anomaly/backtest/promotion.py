"""The rule by which a trained model replaces the champion.

A model is promoted if it is better than every rival by MARGIN on the real costs with injected anomalies, and
if nothing is much worse: no panel, no false alarms, no kind of anomaly. Rivals are the champion, if there
is one, and both readings of the cold start. Kinds are compared with what is published now, since that is
what users would lose. On the made-up panels, which damaged data cannot change, the model must be as good as
every rival: this is what keeps damaged data from promoting a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from domains.cloud_provider.anomaly.backtest.figures import Figures, Results, decimal_text
from domains.cloud_provider.anomaly.backtest.panels import MADE_UP_PANELS, OWN_PANELS

MARGIN = Fraction(2, 100)
"""By so much F1 must be higher than that of every rival."""

TOLERANCE = Fraction(3, 100)
"""By so much a share may be lower than a rival's, or by half a case if there are few."""

CLEAN_TOLERANCE = Fraction(1, 100)
"""By so much F1 on all made-up panels may be lower than a rival's. They are the same in every training."""

MORE_ALARMS = Fraction(1, 2)
"""So many more false alarms per organisation and month are no reason against a model, and a fifth of the
rival's."""

MIN_CASES = 10
"""Cases on real costs without which no model is judged."""

CHAMPION = "champion"
PUBLISHED = "cold start"
"""The cold start as it is published: fitted on all days, also on later ones."""

AS_OF = "cold start of earlier days"
"""The cold start fitted on the days before the held-out ones."""

COLD_STARTS = (PUBLISHED, AS_OF)
_EVERYWHERE = (*OWN_PANELS, *MADE_UP_PANELS)
NAMES: Mapping[str, str] = {
    CHAMPION: "the champion",
    PUBLISHED: "the cold start",
    AS_OF: "the cold start of earlier days",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The chosen candidate, whether it is promoted, and why, in sentences."""

    candidate: str
    promoted: bool
    reasons: tuple[str, ...]


def ranked(results: Results, candidates: Sequence[str]) -> list[str]:
    """Return the candidates by F1 on real plus F1 on made-up costs, the highest first.

    Of equals the one with fewer false alarms comes first, then the one that is declared first.
    """

    def rank(name: str) -> tuple[Fraction, int]:
        own, made_up = results.of(name, OWN_PANELS), results.of(name, MADE_UP_PANELS)
        return own.f1 + made_up.f1, -(own.false_alarms + made_up.false_alarms)

    return sorted(candidates, key=rank, reverse=True)


def decide(
    results: Results, candidates: Sequence[str], rivals: Sequence[str], doubts: Sequence[str] = ()
) -> Verdict:
    """Return the best candidate that may replace the champion, or the best of all if none may.

    `doubts` are sentences on damage that is seen in the data; with one, nothing is promoted.
    """
    order = ranked(results, candidates)
    against = {name: [*doubts, *_against(results, name, rivals)] for name in order}
    chosen = next((name for name in order if not against[name]), order[0])
    if against[chosen]:
        return Verdict(candidate=chosen, promoted=False, reasons=tuple(against[chosen]))
    own = results.of(chosen, OWN_PANELS)
    gains = [
        f"F1 on own costs is {_text(own.f1)}, that of {NAMES[rival]} "
        f"{_text(results.of(rival, OWN_PANELS).f1)}."
        for rival in rivals
    ]
    return Verdict(candidate=chosen, promoted=True, reasons=(*gains, "Nothing is much worse."))


def _against(results: Results, chosen: str, rivals: Sequence[str]) -> Iterator[str]:
    for rival in rivals:
        yield from _better(results, chosen, rival)
        yield from _not_worse(results, chosen, rival)
    yield from _no_worse_kind(results, chosen, CHAMPION if CHAMPION in rivals else PUBLISHED)


def tolerance(cases: int) -> Fraction:
    """Return by how much a share over so many cases may be lower without being much worse."""
    if not cases:
        return Fraction(1)
    # 0.5 ÷ √cases, rounded up to thousandths; whole numbers make it the same everywhere.
    by_chance = next(step for step in range(1001) if 4 * step * step * cases >= 1_000_000)
    return max(TOLERANCE, Fraction(by_chance, 1000))


def _better(results: Results, chosen: str, rival: str) -> Iterator[str]:
    ours, theirs = results.of(chosen, OWN_PANELS).f1, results.of(rival, OWN_PANELS).f1
    if ours < theirs + MARGIN:
        yield (
            f"F1 on own costs is {_text(ours)}, that of {NAMES[rival]} {_text(theirs)}: it must be "
            f"higher by {_text(MARGIN)}."
        )
    ours, theirs = results.of(chosen, MADE_UP_PANELS).f1, results.of(rival, MADE_UP_PANELS).f1
    if ours < theirs - CLEAN_TOLERANCE:
        yield (
            f"F1 on made-up costs, which are always clean, is {_text(ours)}, that of {NAMES[rival]} "
            f"{_text(theirs)}: it must be as good."
        )


def _not_worse(results: Results, chosen: str, rival: str) -> Iterator[str]:
    for panel in _EVERYWHERE:
        ours, theirs = results.of(chosen, [panel]), results.of(rival, [panel])
        yield from _lower(f"F1 on the panel '{panel}'", ours.f1, theirs.f1, theirs.cases, rival)
    yield from _more_alarms("own", results.of(chosen, OWN_PANELS), results.of(rival, OWN_PANELS), rival)
    ours, theirs = results.of(chosen, MADE_UP_PANELS), results.of(rival, MADE_UP_PANELS)
    yield from _more_alarms("made-up", ours, theirs, rival)


def _no_worse_kind(results: Results, chosen: str, published: str) -> Iterator[str]:
    for kind in results.kinds():
        ours, theirs = results.of(chosen, _EVERYWHERE, kind), results.of(published, _EVERYWHERE, kind)
        yield from _lower(f"F1 of the kind '{kind}'", ours.f1, theirs.f1, theirs.cases, published)


def _lower(subject: str, ours: Fraction, theirs: Fraction, cases: int, rival: str) -> Iterator[str]:
    if ours < theirs - tolerance(cases):
        yield (
            f"{subject} is {_text(ours)}, that of {NAMES[rival]} {_text(theirs)}: "
            f"worse by more than {_text(tolerance(cases))}, which {cases} cases allow."
        )


def _more_alarms(costs: str, ours: Figures, theirs: Figures, rival: str) -> Iterator[str]:
    allowed = theirs.false_alarms * Fraction(6, 5) + MORE_ALARMS * theirs.organisation_days / 30
    if ours.false_alarms > allowed:
        yield (
            f"{ours.false_alarms} false alarms on {costs} costs, {theirs.false_alarms} of {NAMES[rival]}: "
            f"at most {int(allowed)} are no reason against it."
        )


def _text(value: Fraction) -> str:
    return decimal_text(value, 3)
