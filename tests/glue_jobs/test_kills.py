"""A job that dies anywhere leaves readable tables, and the next run brings them to where they belong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fakes import DyingAt, FolderStore, KilledError, MortalStore
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD
from tests.toy.model import expected

SECOND = {
    "sales_feb.csv": HEAD["sales"] + "1,2,2024-02-05,11.00,shop\n4,1,2024-03-01,4.00,web\n5,1,x,1,web\n",
    "makers_feb.csv": HEAD["makers"] + "3,Cy,DK\n",
    "parts_feb.csv": HEAD["parts"] + "4,leg,2\n2,top,1\n",
}

PLACES = [
    "write _ledger/toy/batches/",
    "write _runs/toy/.*raw_to_processed-detail",
    "write _runs/toy/.*raw_to_processed.json",
    "copy silver/toy/sales/",
    "copy toy/sales_enriched/",
    "copy toy/maker_totals/",
    "delete silver/toy/sales/year=2024/month=1/",
    "write _ledger/toy/accounts/sales.json",
    "delete _staging/",
    "write _ledger/toy/curated/",
    "write _runs/toy/.*processed_to_curated.json",
]
"""Changes in the order in which a run makes them: it dies before each of them."""


def recovers(pipeline: Pipeline) -> None:
    """One more run, without new files, publishes everything; a second one has nothing to do."""
    summary = pipeline.ingest()
    curated = pipeline.curate()
    assert summary["proceed"] == (curated["status"] == "PUBLISHED")
    assert pipeline.published() == expected(pipeline.uploads).published
    assert pipeline.view().pending == ()
    assert left_over(pipeline) == []
    assert pipeline.ingest()["status"] == "NOTHING_NEW"


def left_over(pipeline: Pipeline) -> list[str]:
    """Staged files, and bronze or quarantine of batches that the ledger does not know."""
    known = {f"batch={batch.batch_id}" for batch in pipeline.view().batches}
    paths = [path.relative_to(pipeline.root) for path in pipeline.root.rglob("*.parquet")]
    return [
        path.as_posix()
        for path in paths
        if path.parts[1] == "_staging"
        or (path.parts[1] in ("bronze", "quarantine") and path.parts[4] not in known)
    ]


def dies(pipeline: Pipeline, store: FolderStore) -> None:
    with pytest.raises(KilledError):
        pipeline.run(store=store)


@pytest.mark.parametrize("place", [PLACES[0], PLACES[2], PLACES[4], PLACES[6], PLACES[9]])
def test_killed_before(january: Pipeline, place: str) -> None:
    january.drop(SECOND)
    dies(january, DyingAt(january.root, place))
    recovers(january)


@pytest.mark.chaos
@pytest.mark.parametrize("place", PLACES)
def test_killed_twice_before(january: Pipeline, place: str) -> None:
    january.drop(SECOND)
    dies(january, DyingAt(january.root, place))
    store = DyingAt(january.root, place)
    try:
        january.run(store=store)
    except KilledError:
        assert store.changes
    recovers(january)
    assert january.published() == january.refreshed()


def test_a_killed_change_that_is_taken_back_meanwhile(january: Pipeline) -> None:
    """Part of the first change is published when the second makes the master what it was before."""
    january.drop({"makers_a.csv": HEAD["makers"] + "1,Ann,XX\n"})
    dies(january, DyingAt(january.root, "copy toy/maker_totals/"))
    assert ("1", "XX") in january.rows("gold", "sales_enriched", "sale_id", "country")
    january.drop({"makers_b.csv": HEAD["makers"] + "1,Ann,SE\n"})
    recovers(january)


def test_a_killed_first_run_leaves_nothing_behind(workshop: Pipeline) -> None:
    """Neither of tables nor of files that match none."""
    workshop.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\nx,y,z\n", "unheard_of.csv": "a,b\n1,2\n"})
    with pytest.raises(KilledError):
        workshop.ingest(store=DyingAt(workshop.root, PLACES[0]))
    assert workshop.view().batches == ()
    assert workshop.ingest()["rows_quarantined"] == 2
    assert left_over(workshop) == []


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(30))
def test_killed_anywhere(january: Pipeline, tmp_path: Path, seed: int) -> None:
    january.drop(SECOND)
    whole = january.copy(tmp_path / "whole")
    counting = MortalStore(whole.root)
    whole.run(store=counting)
    chance = random.Random(seed)
    dies(january, MortalStore(january.root, chance.randrange(len(counting.changes))))
    recovers(january)
