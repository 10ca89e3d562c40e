"""The columns that a dashboard's dataset has, as far as the declaration says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lake.model.columns import Column
from lake.model.dashboard_rules.queries import query_sql, result_columns
from lake.model.dashboard_rules.served import served_columns
from lake.model.dashboards.fields import Dataset

if TYPE_CHECKING:
    from lake.model.declaration import Declaration


def declared_columns(domain: Declaration, dataset: Dataset) -> Mapping[str, Column]:
    """Return the declared columns of a dataset by name; a named query's stand in its SQL alone."""
    if dataset.served:
        return served_columns(domain, dataset)
    marts = (mart for mart in domain.published_marts if mart.name == dataset.table)
    return {column.name: column for mart in marts for column in mart.columns}


def column_names(domain: Declaration, dataset: Dataset) -> tuple[str, ...]:
    """Return the names of a dataset's columns, those of a named query included."""
    if dataset.query:
        return result_columns(query_sql(domain.name, dataset.query) or "")
    return tuple(declared_columns(domain, dataset))
