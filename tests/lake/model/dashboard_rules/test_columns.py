"""The columns of a dataset: those of its table, of its documents, or of its query."""

from __future__ import annotations

from domains.cloud_provider.live_dashboard import UNUSUAL
from lake.model.dashboard_rules.columns import column_names, declared_columns
from lake.model.dashboards.fields import gold, named_query
from lake.model.discovery import load_domain

PROVIDER = load_domain("cloud_provider")


def test_a_table_has_its_declared_columns() -> None:
    table = gold("nps_by_org_month")
    assert declared_columns(PROVIDER, table)["responses"].type == "bigint"
    assert column_names(PROVIDER, table) == tuple(declared_columns(PROVIDER, table))
    assert column_names(PROVIDER, gold("none")) == ()


def test_a_served_mart_has_those_of_its_documents() -> None:
    assert {"org_id", "usage_date", "cost_usd", "provisional"} <= set(column_names(PROVIDER, UNUSUAL))


def test_a_named_query_has_those_of_its_sql() -> None:
    query = named_query("genai_growth_by_org")
    assert column_names(PROVIDER, query) == (
        "org_id", "usage_month", "genai_tokens", "cost_usd", "tokens_change_pct",
    )  # fmt: skip
    assert declared_columns(PROVIDER, query) == {}
