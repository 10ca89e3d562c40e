"""States that refresh the datasets of the dashboards after a publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.pipeline.states import TRANSIENT, UNKNOWN, States, choice, notification, retry, task

REFRESH = "RefreshDashboards"
_NOT_REFRESHED = "NOT_REFRESHED"
_STARTED = "STARTED"
AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class DashboardsPlan:
    """The account of QuickSight, and the ids of the datasets that it holds in SPICE."""

    account: str
    datasets: Sequence[str]


def refresh(plan: DashboardsPlan, domain: str, topic_arn: str, *, next: str) -> States:
    """Return the states that start a refresh of each dataset; `next` follows in any case.

    What was published stays published if a refresh cannot be started: the domain's topic is notified, and the
    daily refresh catches up. A repeated execution finds its own refreshes and starts none.
    """
    return {
        REFRESH: {
            "Type": "Pass",
            "Result": list(plan.datasets),
            "ResultPath": "$.dashboards",
            "Next": "StartRefreshes",
        },
        "StartRefreshes": {
            "Type": "Map",
            "ItemsPath": "$.dashboards",
            "ItemSelector": {"dataset.$": "$$.Map.Item.Value", "unknown": UNKNOWN},
            "MaxConcurrency": AT_ONCE,
            "ItemProcessor": {"StartAt": "StartRefresh", "States": _one(plan)},
            "ResultSelector": {"datasets.$": "$", "text.$": "States.JsonToString($)"},
            "ResultPath": "$.refreshes",
            "Catch": [
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.refreshes", "Next": "NoRefreshStarted"}
            ],
            "Next": "IsEachRefreshStarted",
        },
        "NoRefreshStarted": {
            "Type": "Pass",
            "Parameters": {"datasets.$": "$.refreshes"},
            "ResultPath": "$.refreshes",
            "Next": "NotifyNotRefreshed",
        },
        "IsEachRefreshStarted": choice(
            {
                "Variable": "$.refreshes.text",
                "StringMatches": f'*"{_NOT_REFRESHED}"*',
                "Next": "NotifyNotRefreshed",
            },
            default=next,
        ),
        **task(
            "NotifyNotRefreshed",
            "sns:publish",
            notification(
                domain, topic_arn, "published, dashboards not refreshed", datasets="$.refreshes.datasets"
            ),
            service="sns",
            on_failure=next,
            next=next,
        ),
    }


def _one(plan: DashboardsPlan) -> States:
    """Return the states for one dataset. An error ends only this dataset."""
    return {
        "StartRefresh": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:quicksight:createIngestion",
            "Parameters": {
                "AwsAccountId": plan.account,
                "DataSetId.$": "$.dataset",
                "IngestionId.$": "$$.Execution.Name",
                "IngestionType": "FULL_REFRESH",
            },
            "ResultPath": None,
            "Retry": [retry(*TRANSIENT["quicksight"])],
            "Catch": [
                {
                    "ErrorEquals": ["QuickSight.ResourceExistsException"],
                    "ResultPath": None,
                    "Next": "RefreshStarted",
                },
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "RefreshNotStarted"},
            ],
            "Next": "RefreshStarted",
        },
        "RefreshStarted": {"Type": "Pass", "Result": _STARTED, "End": True},
        "RefreshNotStarted": {
            "Type": "Pass",
            "Parameters": {
                "status": _NOT_REFRESHED,
                "dataset.$": "$.dataset",
                "what.$": "States.JsonMerge($.unknown, $.failure, false)",
            },
            "End": True,
        },
    }
