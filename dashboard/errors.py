"""Errors of the dashboards: a page shows them with what to do."""

from __future__ import annotations

from lake.errors import CaudalError


class DashboardError(CaudalError):
    """A dashboard cannot be shown: its data, its scripts or its server lack something."""
