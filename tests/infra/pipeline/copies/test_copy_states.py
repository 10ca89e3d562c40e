"""The serving store and the relational copy are updated side by side, and neither harms the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infra.pipeline.definition import definition
from tests.infra.pipeline_definitions import LOAD, LOADED, PLAN, SERVED, reachable

UPDATE = LOADED["UpdateCopies"]
SERVE: dict[str, Any] = UPDATE["Branches"][1]["States"]
ALONE: dict[str, Any] = definition(replace(PLAN, load=LOAD))["States"]


def test_both_copies_follow_the_crawl_at_the_same_time() -> None:
    assert LOADED["IsCuratedPartitionNew"]["Default"] == "UpdateCopies"
    assert LOADED["NothingNew"]["Next"] == "UpdateCopies"
    assert [branch["StartAt"] for branch in UPDATE["Branches"]] == ["IsLoadNeeded", "ListUnpublishedMarts"]
    assert UPDATE["ResultSelector"] == {"relational.$": "$[0]", "serving.$": "$[1]"}


def test_every_state_is_reached() -> None:
    for states in (LOADED, ALONE):
        assert reachable("IsFullRefresh", states) == set(states)
    assert reachable("ListUnpublishedMarts", SERVE) == set(SERVE)


def test_the_states_of_the_serving_store_are_those_of_a_pipeline_without_a_copy() -> None:
    ends = {"ServingFailed", "NothingServed", "PartlyServed", "Served"}
    assert set(SERVE) - ends == {name for name in SERVED if name in SERVE}
    assert SERVE["PublishMarts"]["ItemProcessor"] == SERVED["PublishMarts"]["ItemProcessor"]
    assert all(SERVE[name]["End"] for name in ends)


def test_a_mart_that_failed_ends_its_branch_only_and_fails_the_execution_afterwards() -> None:
    assert SERVE["MartsNotPublished"]["Next"] == "ServingFailed"
    assert SERVE["ServingFailed"]["Parameters"] == {"outcome": "FAILED", "failure.$": "$.failure"}
    recorded = LOADED["RecordServingFailure"]
    assert recorded["InputPath"] == "$.copies.serving.failure"
    assert (recorded["ResultPath"], recorded["Next"]) == ("$.failure", "NotifyFailure")


def test_outcomes_decide_the_notification() -> None:
    rules = LOADED["AreCopiesComplete"]
    serving = {"Variable": "$.copies.serving.outcome"}
    load = {"Variable": "$.copies.relational.status"}
    assert rules["Choices"] == [
        {**serving, "StringEquals": "FAILED", "Next": "RecordServingFailure"},
        {**serving, "StringEquals": "PARTIAL", "Next": "NotifyPartlyServed"},
        {**load, "StringEquals": "PARTIAL", "Next": "NotifyPartlyLoaded"},
        {
            "And": [{**serving, "StringEquals": "IDLE"}, {**load, "StringEquals": "IDLE"}],
            "Next": "ReleaseLease",
        },
    ]
    assert rules["Default"] == "NotifySuccess"
    assert LOADED["NotifyPartlyServed"]["Parameters"]["Message"]["served.$"] == "$.copies.serving.marts"


def test_without_a_serving_store_there_is_one_branch() -> None:
    assert len(ALONE["UpdateCopies"]["Branches"]) == 1
    assert [rule["Next"] for rule in ALONE["AreCopiesComplete"]["Choices"]] == [
        "NotifyPartlyLoaded",
        "ReleaseLease",
    ]
    assert ALONE["NothingNew"]["Next"] == "UpdateCopies"
