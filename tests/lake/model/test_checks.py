"""Constructors of checks: name, effect, predicate and fix."""

from __future__ import annotations

import pytest

from lake.model.checks import Check, Effect, allowed, at_least, between, flag, quarantine


@pytest.mark.parametrize(
    ("check", "name", "effect", "fails"),
    [
        (at_least("amount", 0), "amount.range", Effect.QUARANTINE, "amount < 0"),
        (at_least("cost", "-0.01"), "cost.range", Effect.QUARANTINE, "cost < -0.01"),
        (between("rating", 1, 5), "rating.range", Effect.QUARANTINE, "rating NOT BETWEEN 1 AND 5"),
        (allowed("kind", ("a", "b")), "kind.allowed", Effect.QUARANTINE, "kind NOT IN ('a', 'b')"),
        (allowed("version", (1, 2)), "version.allowed", Effect.QUARANTINE, "version NOT IN (1, 2)"),
        (allowed("kind", ("a",), Effect.FLAG), "kind.allowed", Effect.FLAG, "kind NOT IN ('a')"),
        (quarantine("a.b", "a = 1", "never 1"), "a.b", Effect.QUARANTINE, "a = 1"),
        (flag("a.b", "a = 1", "rarely 1"), "a.b", Effect.FLAG, "a = 1"),
    ],
)
def test_constructor_sets_name_effect_and_predicate(
    check: Check, name: str, effect: Effect, fails: str
) -> None:
    assert (check.name, check.effect, check.fails) == (name, effect, fails)
    assert check.column == name.split(".")[0]
    assert check.description


def test_flag_may_fix_columns() -> None:
    fixing = flag("cost.rounded", "cost < 0", "small negative costs", cost="0", note="'rounded'")
    assert fixing.fix == {"cost": "0", "note": "'rounded'"}
    assert flag("a.b", "true", "-").fix == {}
