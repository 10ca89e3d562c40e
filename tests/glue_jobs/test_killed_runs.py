"""A job that is killed at any change leaves readable tables, and the next run completes them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fakes import FolderStore, KillableStore, KilledBeforeStore, KilledError
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD
from tests.toy.model import expected

SECOND = {
    "sales_feb.csv": HEAD["sales"] + "1,2,2024-02-05,11.00,shop\n4,1,2024-03-01,4.00,web\n5,1,x,1,web\n",
    "makers_feb.csv": HEAD["makers"] + "3,Cy,DK\n",
    "parts_feb.csv": HEAD["parts"] + "4,leg,2\n2,top,1\n",
}

PLACES = [
    "write toy/batches/",
    "write _runs/toy/.*raw_to_processed-detail",
    "write _runs/toy/.*raw_to_processed.json",
    "copy silver/toy/sales/",
    "delete silver/toy/sales/year=2024/month=1/",
    "copy toy/sales_enriched/",
    "copy toy/maker_totals/",
    "write toy/accounts/sales.json",
    "delete _staging/",
    "write toy/curated/",
    "write _runs/toy/.*processed_to_curated.json",
]
"""Changes in the order in which a run makes them; tests kill it before each of them."""


def assert_recovers(pipeline: Pipeline) -> None:
    """Assert that a run without new files publishes everything, and that the next one has nothing to do."""
    summary = pipeline.ingest()
    curated = pipeline.curate()
    assert summary["proceed"] == (curated["status"] == "PUBLISHED")
    assert pipeline.published() == expected(pipeline.uploads).published
    assert pipeline.view().pending == ()
    assert leftovers(pipeline) == []
    assert pipeline.ingest()["status"] == "NOTHING_NEW"


def leftovers(pipeline: Pipeline) -> list[str]:
    """Return the staged files, and the bronze and quarantine files of batches that are not in the ledger."""
    known = {f"batch={batch.batch_id}" for batch in pipeline.view().batches}
    paths = [path.relative_to(pipeline.root) for path in pipeline.root.rglob("*.parquet")]
    return [
        path.as_posix()
        for path in paths
        if path.parts[1] == "_staging"
        or (path.parts[1] in ("bronze", "quarantine") and path.parts[4] not in known)
    ]


def run_killed(pipeline: Pipeline, store: FolderStore) -> None:
    """Run both jobs on a store that kills them."""
    with pytest.raises(KilledError):
        pipeline.run(store=store)


@pytest.mark.parametrize("place", [PLACES[0], PLACES[2], PLACES[4], PLACES[5], PLACES[9]])
def test_run_killed_before_a_change_is_completed_by_the_next(january: Pipeline, place: str) -> None:
    january.drop(SECOND)
    run_killed(january, KilledBeforeStore(january.root, place))
    assert_recovers(january)


@pytest.mark.chaos
@pytest.mark.parametrize("place", PLACES)
def test_run_killed_twice_before_a_change_is_completed_by_the_next(january: Pipeline, place: str) -> None:
    january.drop(SECOND)
    run_killed(january, KilledBeforeStore(january.root, place))
    store = KilledBeforeStore(january.root, place)
    try:
        january.run(store=store)
    except KilledError:
        assert store.changes
    assert_recovers(january)
    assert january.published() == january.refreshed()


def test_partly_published_change_that_the_next_batch_reverts_is_reverted(january: Pipeline) -> None:
    """A killed run has published part of the first change when the second one restores the master."""
    january.drop({"makers_a.csv": HEAD["makers"] + "1,Ann,XX\n"})
    run_killed(january, KilledBeforeStore(january.root, "copy toy/maker_totals/"))
    assert ("1", "XX") in january.rows("gold", "sales_enriched", "sale_id", "country")
    january.drop({"makers_b.csv": HEAD["makers"] + "1,Ann,SE\n"})
    assert_recovers(january)


def test_leftovers_of_a_killed_first_run_are_deleted(empty_pipeline: Pipeline) -> None:
    """Those of tables as well as of files that match no table."""
    empty_pipeline.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\nx,y,z\n", "unheard_of.csv": "a,b\n1,2\n"})
    with pytest.raises(KilledError):
        empty_pipeline.ingest(store=KilledBeforeStore(empty_pipeline.root, PLACES[0]))
    assert empty_pipeline.view().batches == ()
    assert empty_pipeline.ingest()["rows_quarantined"] == 2
    assert leftovers(empty_pipeline) == []


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(30))
def test_run_killed_before_a_random_change_is_completed_by_the_next(
    january: Pipeline, tmp_path: Path, seed: int
) -> None:
    january.drop(SECOND)
    whole = january.copy(tmp_path / "whole")
    counting = KillableStore(whole.root)
    whole.run(store=counting)
    chance = random.Random(seed)
    run_killed(january, KillableStore(january.root, chance.randrange(len(counting.changes))))
    assert_recovers(january)
