"""The states that load the relational copy: nothing that fails there ends the execution."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.pipeline.definition import definition
from tests.infra.pipeline_definitions import LOAD, LOADED, PLAN, STATES, reachable

INSIDE = (
    "PrepareLoad", "WakeDatabase", "IsDatabaseReady", "CountDatabaseCheck", "WaitForDatabase",
    "DatabaseUnusable", "DatabaseTimedOut", "LoadRelationalCopy", "ReadLoadSummary", "IsLoadPartial",
    "LoadPartial", "Loaded", "LoadFailed", "DescribeLoadFailure", "ReleaseDatabase",
)  # fmt: skip


def test_the_load_follows_the_crawl_and_precedes_the_serving_store() -> None:
    assert LOADED["IsCuratedPartitionNew"]["Default"] == "PrepareLoad"
    assert LOADED["ReleaseDatabase"]["Next"] == "ListUnpublishedMarts"
    alone: dict[str, Any] = definition(replace(PLAN, load=LOAD))["States"]
    assert alone["ReleaseDatabase"]["Next"] == "IsRelationalCopyLoaded"


def test_without_the_switch_no_state_knows_the_copy() -> None:
    assert not [name for name in STATES if name in INSIDE or "Relational" in name]
    assert "relational" not in str(STATES["NotifySuccess"])


@pytest.mark.parametrize("step", ["WakeDatabase", "LoadRelationalCopy", "ReadLoadSummary"])
def test_every_failure_releases_the_database_and_goes_on(step: str) -> None:
    [catch] = LOADED[step]["Catch"]
    assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.load_failure", "Next": "LoadFailed"}
    assert LOADED["LoadFailed"]["Next"] == "DescribeLoadFailure"
    described = LOADED["DescribeLoadFailure"]
    assert described["Parameters"]["status"] == "PARTIAL"
    assert "the next run catches up" in described["Parameters"]["message.$"]
    assert described["Next"] == "ReleaseDatabase"


def test_a_database_that_cannot_be_released_changes_nothing() -> None:
    [catch] = LOADED["ReleaseDatabase"]["Catch"]
    assert catch["Next"] == LOADED["ReleaseDatabase"]["Next"]


def test_the_wait_for_the_database_is_bounded() -> None:
    choices = LOADED["IsDatabaseReady"]["Choices"]
    assert [each["Next"] for each in choices] == [
        "LoadRelationalCopy",
        "DatabaseUnusable",
        "DatabaseTimedOut",
    ]
    assert LOADED["IsDatabaseReady"]["Default"] == "CountDatabaseCheck"
    assert LOADED["WaitForDatabase"] == {"Type": "Wait", "Seconds": 30, "Next": "WakeDatabase"}


def test_no_state_of_the_load_fails_the_execution() -> None:
    own: set[str] = set()
    for name in INSIDE:
        own |= reachable(name, {each: LOADED[each] for each in INSIDE} | {"ListUnpublishedMarts": {}})
    assert own <= {*INSIDE, "ListUnpublishedMarts"}


def test_a_partial_load_is_told_in_the_notification() -> None:
    choice = LOADED["IsRelationalCopyLoaded"]
    assert choice["Choices"][0]["Next"] == "NotifyPartlyLoaded"
    assert choice["Default"] == "NotifySuccess"
    published = LOADED["NotifyPartlyLoaded"]["Parameters"]
    assert published["Subject"] == "Caudal shop: published, partly loaded"
    for step in ("NotifyPartlyLoaded", "NotifySuccess", "NotifyPartlyServed"):
        assert LOADED[step]["Parameters"]["Message"]["relational.$"] == "$.relational.message"


def test_an_execution_without_new_rows_says_that_it_loaded_nothing() -> None:
    prepared = LOADED["PrepareIncrementalRun"]["Parameters"]["relational"]
    assert prepared["status"] == "LOADED"
    assert LOADED["NothingNew"]["Next"] == "ListUnpublishedMarts"
