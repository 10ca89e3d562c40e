"""The mark of a loaded copy: gone before anything is published, back after a load."""

from __future__ import annotations

from typing import Any

from lake.naming.relational import loaded_key
from tests.infra.pipeline_definitions import LOADED, STATES, reachable, successors

BRANCH: dict[str, Any] = LOADED["UpdateCopies"]["Branches"][0]["States"]
MARK = {"Bucket": "processed", "Key": loaded_key("shop")}


def test_the_mark_is_deleted_before_every_start_of_the_job_that_publishes() -> None:
    before = [name for name, state in LOADED.items() if "ProcessedToCurated" in successors(state)]
    assert before == ["ForgetLoad"]
    assert LOADED["ForgetLoad"]["Resource"].endswith(":s3:deleteObject")
    assert LOADED["ForgetLoad"]["Parameters"] == MARK
    assert "ForgetLoad" not in STATES


def test_a_mark_that_cannot_be_deleted_stops_the_execution_before_it_publishes() -> None:
    after = LOADED["ForgetLoad"]["Catch"][-1]["Next"]
    assert LOADED[after]["Parameters"]["step"] == "ForgetLoad"
    assert "ProcessedToCurated" not in reachable(after, LOADED)


def test_every_load_that_ended_writes_the_mark_and_no_other_path_does() -> None:
    before = [name for name, state in BRANCH.items() if "RememberLoad" in successors(state)]
    assert sorted(before) == ["LoadPartial", "Loaded"]
    remember = BRANCH["RememberLoad"]
    assert remember["Parameters"] == {**MARK, "Body.$": "$$.Execution.Name"}
    assert remember["Next"] == remember["Catch"][0]["Next"] == "ReleaseDatabase"


def test_without_new_rows_the_mark_decides() -> None:
    [rule] = BRANCH["IsLoadNeeded"]["Choices"]
    assert rule["And"] == [
        {"Variable": "$.raw_to_processed.summary.proceed", "BooleanEquals": False},
        {"Variable": "$.full_refresh", "StringEquals": "false"},
    ]
    assert rule["Next"] == "FindLoadMark"
    assert BRANCH["IsLoadNeeded"]["Default"] == BRANCH["IsCopyLoaded"]["Default"] == "PrepareLoad"
    assert [rule["Next"] for rule in BRANCH["IsCopyLoaded"]["Choices"]] == ["LoadNotNeeded"]
    assert BRANCH["LoadNotNeeded"]["Result"]["status"] == "IDLE"


def test_an_execution_without_new_rows_reaches_the_load() -> None:
    [idle] = [rule["Next"] for rule in LOADED["IsAnythingNew"]["Choices"] if "proceed" in rule["Variable"]]
    assert idle == "NothingNew"
    assert LOADED["NothingNew"]["Next"] == "UpdateCopies"
