"""The scope of a run: the months and tables that pending batches may change."""

from __future__ import annotations

import pytest

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.scope import EVERYTHING, NOTHING, Scope, mart_scope, silver_scopes
from glue_jobs.runtime.months import UNDATED, Month
from lake.model.discovery import load_domain
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

JANUARY, FEBRUARY, MARCH = Month(2024, 1), Month(2024, 2), Month(2024, 3)


def months(*found: Month) -> Scope:
    return Scope(months=frozenset(found))


def test_scopes_are_combined() -> None:
    assert months(JANUARY) | months(FEBRUARY) == months(JANUARY, FEBRUARY)
    assert months(JANUARY) | EVERYTHING == EVERYTHING
    assert not NOTHING
    assert months(UNDATED)
    assert months(UNDATED, MARCH).dated_months == {MARCH}


@pytest.mark.parametrize(
    ("mart", "inputs", "scope"),
    [
        (
            "sales_enriched",
            {"sales": months(JANUARY), "parts": months(MARCH, UNDATED)},
            months(JANUARY, MARCH),
        ),
        ("sales_enriched", {"makers": EVERYTHING}, NOTHING),
        ("sales_enriched", {"sales": EVERYTHING, "makers": EVERYTHING}, EVERYTHING),
        ("returns_enriched", {"sales": months(JANUARY), "returns": months(MARCH)}, months(MARCH)),
        ("maker_totals", {"sales_enriched": months(JANUARY)}, EVERYTHING),
        ("maker_totals", {}, NOTHING),
    ],
)
def test_scope_of_a_mart_follows_from_its_inputs(
    toy: str, mart: str, inputs: dict[str, Scope], scope: Scope
) -> None:
    """Looked-up and undated inputs add no months; a mart without partitions is recomputed whole."""
    domain = load_domain(toy)
    declared = domain.mart(mart)
    dated = {table.name: table.is_dated for table in domain.tables} | {"sales_enriched": True}
    every_input = {name: inputs.get(name, NOTHING) for name in declared.inputs}
    assert mart_scope(declared, every_input, dated=dated) == scope


def scopes(pipeline: Pipeline, *, full_refresh: bool = False) -> dict[str, Scope]:
    view = pipeline.view()
    bronze = {
        table.name: BronzeTable(pipeline.spark, pipeline.store, pipeline.args(), table, view)
        for table in pipeline.domain.tables
    }
    return silver_scopes(pipeline.domain, bronze, full_refresh=full_refresh)


def test_without_pending_batches_only_a_full_refresh_has_a_scope(published_january: Pipeline) -> None:
    assert not any(scopes(published_january).values())
    assert set(scopes(published_january, full_refresh=True).values()) == {EVERYTHING}


def test_moved_sale_touches_both_months_and_the_rows_that_refer_to_it(january: Pipeline) -> None:
    january.drop({"sales_fix.csv": HEAD["sales"] + "1,1,2024-02-05,10.00,shop\n"})
    january.ingest()
    assert scopes(january) == {
        "makers": NOTHING,
        "sales": months(JANUARY, FEBRUARY),
        "parts": months(JANUARY, FEBRUARY, UNDATED),
        "returns": months(MARCH),
    }


def test_master_touches_the_months_of_the_rows_that_refer_to_it(january: Pipeline) -> None:
    """An unchanged maker touches no month."""
    january.drop({"makers_fix.csv": HEAD["makers"] + "1,Ann,SE\n3,Cy,DK\n"})
    january.ingest()
    found = scopes(january)
    assert (found["makers"], found["sales"]) == (EVERYTHING, months(FEBRUARY))
