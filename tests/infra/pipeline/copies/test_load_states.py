"""The states that load the relational copy: a branch that ends with an outcome, whatever fails in it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from infra.pipeline.plan import execution_seconds
from tests.infra.pipeline_definitions import LOADED, STATES, reachable

LOAD, SERVE = LOADED["UpdateCopies"]["Branches"]
BRANCH: dict[str, Any] = LOAD["States"]


def test_without_the_switch_no_state_knows_the_copy() -> None:
    assert not [name for name in STATES if name in BRANCH or "Relational" in name or "Copies" in name]
    assert "relational" not in str(STATES["NotifySuccess"])


@pytest.mark.parametrize("step", ["WakeDatabase", "LoadRelationalCopy", "ReadLoadSummary"])
def test_every_failure_releases_the_database_and_ends_the_branch_as_partial(step: str) -> None:
    [catch] = BRANCH[step]["Catch"]
    assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.load_failure", "Next": "LoadFailed"}
    assert BRANCH["LoadFailed"]["Next"] == "IsLoadRunInCause"
    for described in (BRANCH["DescribeLoadFailure"], BRANCH["DescribeLoadRun"]):
        assert described["Parameters"]["status"] == "PARTIAL"
        assert "the next run catches up" in described["Parameters"]["message.$"]
        assert described["Parameters"]["predicted_cost"] == "an unknown sum"
        assert described["Next"] == "ReleaseDatabase"


def test_a_database_that_cannot_be_released_changes_nothing() -> None:
    [catch] = BRANCH["ReleaseDatabase"]["Catch"]
    assert catch["Next"] == BRANCH["ReleaseDatabase"]["Next"] == "LoadEnded"
    assert BRANCH["LoadEnded"] == {"Type": "Pass", "OutputPath": "$.relational", "End": True}


def test_the_wait_for_the_database_is_bounded() -> None:
    choices = BRANCH["IsDatabaseReady"]["Choices"]
    assert [each["Next"] for each in choices] == [
        "LoadRelationalCopy",
        "DatabaseUnusable",
        "DatabaseTimedOut",
    ]
    assert choices[-1]["NumericGreaterThanEquals"] == 60
    assert BRANCH["IsDatabaseReady"]["Default"] == "CountDatabaseCheck"
    assert BRANCH["WaitForDatabase"] == {"Type": "Wait", "Seconds": 30, "Next": "WakeDatabase"}


def test_every_state_of_the_branch_is_reached_and_none_fails() -> None:
    assert reachable("IsLoadNeeded", BRANCH) == set(BRANCH)
    assert {state["Type"] for state in BRANCH.values()} == {"Choice", "Pass", "Task", "Wait"}


def test_an_outcome_is_told_in_every_notification() -> None:
    published = LOADED["NotifyPartlyLoaded"]["Parameters"]
    assert published["Subject"] == "Caudal shop: published, partly loaded"
    for step in ("NotifyPartlyLoaded", "NotifySuccess", "NotifyPartlyServed"):
        assert LOADED[step]["Parameters"]["Message"]["relational.$"] == "$.copies.relational.message"


def test_a_load_that_ended_tells_its_predicted_cost() -> None:
    for step in ("Loaded", "LoadPartial"):
        cost = BRANCH[step]["Parameters"]["predicted_cost.$"]
        assert cost == "States.Format('{} USD', $.loaded.summary.predicted_usd)"
    for step in ("DatabaseUnusable", "DatabaseTimedOut"):
        assert BRANCH[step]["Parameters"]["predicted_cost"] == "0 USD"
    assert LOADED["NotifySuccess"]["Parameters"]["Message"]["predicted_cost.$"] == (
        "States.Format('{} USD for raw_to_processed, {} USD for processed_to_curated and {} for "
        "curated_to_rds, without crawls', $.raw_to_processed.summary.predicted_usd, "
        "$.processed_to_curated.summary.predicted_usd, $.copies.relational.predicted_cost)"
    )


def test_the_longest_load_counts_all_checks_retries_and_the_job() -> None:
    # 60 checks of 90 s; 20 retries of a job that runs already, up to 300 s apart; six requests of a minute,
    # each retried for 62 s.
    already_running = 30 + 45 + 67.5 + 101.25 + 151.875 + 227.8125 + 14 * 300
    expected = 60 * 90 + math.ceil(already_running) + 4200 + 6 * (60 + 62)
    assert execution_seconds(3600, loads=True) - execution_seconds(3600, loads=False) == expected
