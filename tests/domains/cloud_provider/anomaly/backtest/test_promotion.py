"""A model is promoted if it is better than every rival and nothing is much worse; else the reasons say why."""

from __future__ import annotations

from fractions import Fraction

import pytest

from domains.cloud_provider.anomaly.backtest.cases import DROP, SPIKE
from domains.cloud_provider.anomaly.backtest.figures import Figures, Results
from domains.cloud_provider.anomaly.backtest.promotion import (
    AS_OF,
    CHAMPION,
    COLD_STARTS,
    PUBLISHED,
    decide,
    ranked,
    tolerance,
)
from tests.domains.cloud_provider.anomaly.backtest.made import CASES, PANELS, Found, everywhere, figures

RIVALS = (CHAMPION, *COLD_STARTS)


def against_champion(candidate: Found, champion: Found) -> tuple[bool, str]:
    """Return whether the candidate is promoted, and why or why not."""
    verdict = decide(figures({"new": candidate, CHAMPION: champion}), ["new"], RIVALS)
    return verdict.promoted, " ".join(verdict.reasons)


def test_better_model_is_promoted() -> None:
    promoted, why = against_champion(everywhere(36), everywhere(30))
    assert promoted
    assert why.startswith("F1 on own costs is 0.947, that of the champion 0.857.")
    assert why.endswith("Nothing is much worse.")


def test_without_a_champion_the_rivals_are_both_readings_of_the_cold_start() -> None:
    assert decide(figures({"new": everywhere(20)}), ["new"], COLD_STARTS).promoted
    for reading in (PUBLISHED, AS_OF):
        results = figures({"new": everywhere(20), reading: everywhere(25)})
        verdict = decide(results, ["new"], COLD_STARTS)
        assert not verdict.promoted
        assert any(f"that of the {reading}" in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("candidate", "champion", "reason"),
    [
        (everywhere(30), everywhere(30), "F1 on own costs is 0.857, that of the champion 0.857: it must be"),
        (everywhere(31), everywhere(31, 1), "higher by 0.020"),
        (
            everywhere(36, made_up=(28, 0), made_up_gaps=(28, 0), flat=(31, 0)), everywhere(30),
            "F1 on made-up costs, which are always clean",
        ),
        (everywhere(36, flat=(20, 0)), everywhere(30), "F1 on the panel 'flat' is 0.667"),
        (everywhere(40, own=(20, 0)), everywhere(30, own_gaps=(10, 0)), "F1 on the panel 'own' is 0.667"),
        (everywhere(40, 8), everywhere(20), "16 false alarms on own costs, 0 of the champion: at most 9"),
    ],
)  # fmt: skip
def test_kept_champion_has_its_reason(candidate: Found, champion: Found, reason: str) -> None:
    promoted, why = against_champion(candidate, champion)
    assert not promoted
    assert reason in why


def kinds(found: dict[str, tuple[int, int]]) -> Results:
    """Return figures of models whose found spikes and drops are given."""
    both = {}
    for name, (spikes, drops) in found.items():
        for panel in PANELS:
            both[name, panel, SPIKE] = Figures(cases=CASES, found=spikes)
            both[name, panel, DROP] = Figures(cases=CASES, found=drops)
    return Results(both)


def test_kind_that_is_found_much_worse_is_a_reason_against_a_model() -> None:
    cold = figures({}).by_kind
    verdict = decide(
        Results({**cold, **kinds({"new": (40, 20), CHAMPION: (20, 32)}).by_kind}), ["new"], RIVALS
    )
    assert not verdict.promoted
    assert [reason for reason in verdict.reasons if "kind" in reason] == [
        "F1 of the kind 'drop' is 0.667, that of the champion 0.889: worse by more than 0.036, which 200 cases allow."
    ]


@pytest.mark.parametrize(("rival", "promoted"), [(PUBLISHED, False), (AS_OF, True)])
def test_kinds_are_compared_with_what_is_published(rival: str, promoted: bool) -> None:
    found = dict.fromkeys(COLD_STARTS, (20, 20)) | {"new": (40, 20), rival: (20, 32)}
    assert decide(kinds(found), ["new"], COLD_STARTS).promoted is promoted


def test_damage_in_the_data_is_a_reason_against_every_model() -> None:
    results = figures({"new": everywhere(40), CHAMPION: everywhere(20)})
    verdict = decide(results, ["new"], RIVALS, ["The week is damaged."])
    assert not verdict.promoted
    assert verdict.reasons == ("The week is damaged.",)


def test_model_that_only_the_real_costs_favour_is_not_promoted() -> None:
    """Damaged costs may favour anything. The made-up ones do not change."""
    champion = everywhere(30)
    favoured = everywhere(28, own=(40, 0), own_gaps=(40, 0))
    promoted, why = against_champion(favoured, champion)
    assert not promoted
    assert why.startswith("F1 on made-up costs, which are always clean, is 0.824")


def test_best_candidate_has_the_highest_f1_on_both_kinds_of_costs_and_then_fewer_false_alarms() -> None:
    results = figures({
        "own only": everywhere(20, own=(40, 0), own_gaps=(40, 0)),
        "both": everywhere(38),
        "same": everywhere(38),
    })  # fmt: skip
    assert ranked(results, ["own only", "both", "same"]) == ["both", "same", "own only"]


def test_candidate_that_is_best_but_not_allowed_leaves_the_promotion_to_the_next() -> None:
    results = figures({"eager": everywhere(40, 8), "calm": everywhere(34), CHAMPION: everywhere(20)})
    assert ranked(results, ["calm", "eager"]) == ["calm", "eager"]
    results = figures({"eager": everywhere(40, 6), "calm": everywhere(34), CHAMPION: everywhere(20)})
    assert ranked(results, ["calm", "eager"]) == ["eager", "calm"]
    assert decide(results, ["eager", "calm"], RIVALS).candidate == "calm"


@pytest.mark.parametrize(
    ("cases", "allowed"),
    [(0, Fraction(1)), (1, Fraction(1, 2)), (25, Fraction(1, 10)), (100, Fraction(1, 20)), (10_000, Fraction(3, 100))],
)  # fmt: skip
def test_few_cases_allow_more(cases: int, allowed: Fraction) -> None:
    assert tolerance(cases) == allowed
