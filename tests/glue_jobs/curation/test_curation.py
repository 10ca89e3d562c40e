"""A run stages all tables in scope before it publishes any."""

from __future__ import annotations

from glue_jobs.curation.accounts import Account
from glue_jobs.curation.curation import Curation
from glue_jobs.models.publication import RunModels
from glue_jobs.runtime.months import Month
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD
from tests.toy.model import expected


def test_nothing_is_published_before_all_tables_are_computed(january: Pipeline) -> None:
    before = january.published()
    january.drop({"sales_feb.csv": HEAD["sales"] + "6,9,2024-02-20,6.00,web\n"})
    january.ingest()
    models = RunModels(january.store, "ledger", january.domain)
    curation = Curation(january.spark, january.store, january.args(), january.domain, january.view(), models)
    curation.compute()
    assert january.published() == before
    assert curation.touched() == {
        "sales": ("year=2024/month=2",),
        "parts": ("year=0/month=0",),
        "sales_enriched": ("year=2024/month=2",),
        "revenue_by_month": ("year=2024",),
        "maker_totals": ("",),
    }
    assert curation.books["sales"] == {
        Month(2024, 1): Account(bronze=1, current=1),
        Month(2024, 2): Account(bronze=3, current=3),
    }
    assert curation.checks["sales"] == {
        "maker_id.unknown": {"rows_checked": 3, "rows_flagged": 2, "rows_quarantined": 0}
    }
    published = curation.publish()
    assert published["sales_enriched"].rows == 3
    assert january.published() == expected(january.uploads).published
    assert not any("_staging" in item.key for item in january.store.list("processed", ""))
