"""A small domain's dashboard, from which tests make what they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra.dashboards.datasets import PlannedDataset, planned_datasets
from infra.dashboards.definition.compiler import definition
from lake.model.dashboards.fields import Dataset
from lake.model.dashboards.visuals import Dashboard, Sheet, Text, Visual
from lake.model.discovery import load_domain
from lake.model.spec import Domain

DATABASE = "lake_gold"


def with_visuals(*visuals: Visual | Text, domain: str = "ecommerce", **more: Any) -> Domain:
    """Return a domain whose only dashboard has these visuals; `more` are fields of the dashboard."""
    whole = load_domain(domain)
    dashboard = replace(
        whole.dashboards[0],
        key="board",
        headline="Now.",
        first_headline="Now.",
        sheets=(Sheet(title="Sheet", visuals=visuals),),
        **more,
    )
    return replace(whole, dashboards=(dashboard,))


def compiled(domain: Domain, key: str = "board") -> dict[str, Any]:
    """Return the definition of a domain's dashboard."""
    planned = planned_datasets(domain, DATABASE)
    return definition(board(domain, key), planned, arn_of)


def board(domain: Domain, key: str = "board") -> Dashboard:
    """Return a dashboard of a domain."""
    return next(each for each in domain.shown_dashboards if each.key == key)


def planned(domain: Domain) -> Mapping[Dataset, PlannedDataset]:
    """Return the datasets of a domain."""
    return planned_datasets(domain, DATABASE)


def arn_of(name: str) -> str:
    """Return the ARN of a dataset."""
    return f"arn:aws:quicksight:us-east-1:123456789012:dataset/{name}"
