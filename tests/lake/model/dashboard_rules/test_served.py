"""Live dashboards whose served rows are not declared are refused with what is served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domains.cloud_provider.domain import DOMAIN
from domains.cloud_provider.live_dashboard import LIVE, USAGE
from lake.errors import DeclarationError
from lake.model.dashboard_rules.served import served_columns
from lake.model.dashboards.fields import Dataset, Format, gold, served, total
from lake.model.dashboards.visuals import Kpi, Sheet


def refusal(dataset: Dataset, column: str = "cost_usd") -> str:
    """Return why a live dashboard with one number of this dataset is refused."""
    number = Kpi(
        key="open_cost",
        title="Cost",
        unit="US$",
        dataset=dataset,
        value=total(column, "Cost", Format.DOLLARS),
    )
    wrong = replace(
        LIVE, headline="{open_cost}", filters=(), sheets=(Sheet(title="Live", visuals=(number,)),)
    )
    with pytest.raises(DeclarationError) as refused:
        replace(DOMAIN, live=(wrong,))
    (problem,) = refused.value.problems
    return problem


def test_columns_are_those_of_the_documents_and_whether_batch_has_replaced_a_row() -> None:
    assert list(served_columns(DOMAIN, USAGE)) == [
        "org_id", "usage_date", "service", "cost_usd", "events", "requests", "provisional",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dataset", "reason"),
    [
        (
            replace(USAGE, served="nps_by_org_month"),
            "the mart 'nps_by_org_month' is not served: name one of org_daily_usage_by_service, ",
        ),
        (
            replace(USAGE, embed="hours"),
            "no document of org_daily_usage_by_service embeds a table 'hours': name one of days",
        ),
        (
            replace(USAGE, days=15),
            (
                "question 7 finds at most 14 days of org_daily_usage_by_service, and 15 are asked for: "
                "name another question or fewer days"
            ),
        ),
        (
            gold("org_daily_usage_by_service", date="usage_date"),
            "served marts stand on live dashboards alone: use another dataset",
        ),
        (
            replace(USAGE, table="org_daily_usage_by_service"),
            "its dataset is not one of a gold table, a named query and a served mart: name one of them",
        ),
    ],
    ids=["mart", "embedded", "days", "gold", "both"],
)
def test_served_rows_that_are_not_declared_are_refused(dataset: Dataset, reason: str) -> None:
    assert refusal(dataset).startswith(f"dashboard live: visual open_cost: {reason}")


def test_a_column_that_documents_lack_is_refused() -> None:
    dataset = served("org_daily_usage_by_service", embed="days", question=7, days=14, date="usage_date")
    assert "org_daily_usage_by_service has no column 'carbon_kg': name one of org_id" in refusal(
        dataset, "carbon_kg"
    )
