"""The states that refresh the datasets of dashboards after a publication."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.pipeline.definition import definition
from infra.pipeline.plan import Plan
from infra.pipeline.refresh_states import DashboardsPlan
from tests.infra.pipeline_definitions import LOAD, PLAN, SERVING, STATES, reachable, successors

DASHBOARDS = DashboardsPlan(account="123456789012", datasets=("orders", "weeks"))
REFRESHED = definition(replace(PLAN, serving=SERVING, dashboards=DASHBOARDS))["States"]


def test_datasets_are_refreshed_after_the_crawl_and_before_the_copies() -> None:
    assert REFRESHED["RefreshDashboards"]["Result"] == ["orders", "weeks"]
    assert REFRESHED["IsEachRefreshStarted"]["Default"] == "ListUnpublishedMarts"
    assert reachable("IsFullRefresh", REFRESHED) == set(REFRESHED)
    before = {name for name, state in REFRESHED.items() if "RefreshDashboards" in successors(state)}
    assert before
    assert before <= reachable("ReadPublishSummary", REFRESHED)


@pytest.mark.parametrize("plan", [PLAN, replace(PLAN, serving=SERVING), replace(PLAN, load=LOAD)])
def test_neither_copies_nor_notification_nor_log_keep_dashboards_from_what_is_published(plan: Plan) -> None:
    states = definition(replace(plan, dashboards=DASHBOARDS))["States"]
    without = {name: state for name, state in states.items() if name != "RefreshDashboards"}
    without["RefreshDashboards"] = {"Type": "Succeed"}
    published = reachable("ReadPublishSummary", without)
    assert "RefreshDashboards" in published
    assert not published & {"NotifySuccess", "RecordRun", "UpdateCopies", "ListUnpublishedMarts"}


def test_pipeline_without_dashboards_has_no_such_states() -> None:
    assert STATES["RecordRun"]["Next"] == "ReleaseLease"
    assert not any("Refresh" in name and "Full" not in name for name in STATES)


def test_run_without_new_rows_refreshes_nothing() -> None:
    idle = next(rule for rule in STATES["IsAnythingNew"]["Choices"] if "proceed" in str(rule))
    assert "RefreshDashboards" not in reachable(idle["Next"])


def test_refresh_is_named_by_the_execution_and_a_second_one_is_no_failure() -> None:
    states = REFRESHED["StartRefreshes"]["ItemProcessor"]["States"]
    start = states["StartRefresh"]
    assert start["Parameters"]["IngestionId.$"] == "$$.Execution.Name"
    assert start["Parameters"]["IngestionType"] == "FULL_REFRESH"
    assert start["Catch"][0] == {
        "ErrorEquals": ["QuickSight.ResourceExistsException"],
        "ResultPath": None,
        "Next": "RefreshStarted",
    }
    assert start["Catch"][1]["Next"] == "RefreshNotStarted"
    assert reachable("StartRefresh", states) == set(states)


def test_refresh_that_cannot_start_is_notified_and_fails_nothing() -> None:
    [rule] = REFRESHED["IsEachRefreshStarted"]["Choices"]
    assert (rule["StringMatches"], rule["Next"]) == ('*"NOT_REFRESHED"*', "NotifyNotRefreshed")
    notify = REFRESHED["NotifyNotRefreshed"]
    assert notify["Parameters"]["Message"]["outcome"] == "published, dashboards not refreshed"
    assert notify["Parameters"]["Message"]["datasets.$"] == "$.refreshes.datasets"
    assert {notify["Next"], notify["Catch"][-1]["Next"]} == {"ListUnpublishedMarts"}
    ours = reachable("RefreshDashboards", REFRESHED) - reachable("ListUnpublishedMarts", REFRESHED)
    assert len(ours) == 5
    assert not any(next == "NotifyFailure" for name in ours for next in successors(REFRESHED[name]))
