"""Made-up panels: the same for a seed, with gaps, and cases that lie where they say."""

from __future__ import annotations

from bench.models.panels import DAYS, HELD_OUT_DAYS, KINDS, NEW, panel


def test_seed_gives_the_same_panel() -> None:
    assert panel(1) == panel(1)
    assert panel(1) != panel(2)


def test_cases_change_days_of_the_held_out_weeks() -> None:
    made = panel(1)
    assert {case.kind for case in made.cases} == set(KINDS)
    for case in made.cases:
        days = made.costs[case.key]
        assert all(case.first <= number <= case.last and number in days for number in case.changed)
        assert case.first >= DAYS - HELD_OUT_DAYS
        assert all(amount != 0 for amount in case.changed.values())
        if case.kind == NEW:
            assert min(days) >= case.first


def test_flat_costs_have_no_weekend_and_no_drift() -> None:
    made = panel(1, flat=True)
    assert not {"slow drift", "new service"} & {case.kind for case in made.cases}
    days = [(number % 7 > 4, cost) for series in made.costs.values() for number, cost in series.items()]
    weekend = [cost for is_weekend, cost in days if is_weekend]
    workdays = [cost for is_weekend, cost in days if not is_weekend]
    assert abs(sum(weekend) / len(weekend) / (sum(workdays) / len(workdays)) - 1) < 0.03


def test_days_are_missing() -> None:
    assert 0 < sum(len(series) < DAYS for series in panel(1).costs.values()) < 60
