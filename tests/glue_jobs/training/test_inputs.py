"""Inputs are of one state of the lake, although files are replaced while they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from glue_jobs.runtime.store import Listed
from glue_jobs.training.inputs import PAUSE_SECONDS, READS, ChangingInputsError, read_inputs
from tests.fakes import FolderStore
from tests.glue_jobs.training.conftest import COSTS, DOMAIN, MODEL, NOW, Lake, arguments, write_costs

MART = MODEL.inputs[0]


class ChangedStore(FolderStore):
    """A store in which `change` happens before each listing of the daily costs but the first."""

    def __init__(self, lake: Lake, change: Callable[[int], None]) -> None:
        super().__init__(lake.store.root)
        self._change = change
        self.listings = 0

    def list(self, bucket: str, prefix: str) -> Iterator[Listed]:
        if MART in prefix:
            self.listings += 1
            if self.listings > 1:
                self._change(self.listings)
        return super().list(bucket, prefix)


def costs(lake: Lake, store: FolderStore, pauses: list[float]) -> list[str]:
    """Return the costs that are read, sorted."""
    inputs = read_inputs(lake.spark, store, arguments(), DOMAIN, MODEL, today=NOW.date(), sleep=pauses.append)
    return sorted(str(row["cost_usd"]) for row in inputs[MART].select("cost_usd").collect())


def test_files_that_change_are_read_again(lake: Lake) -> None:
    def once(listing: int) -> None:
        if listing == 2:
            write_costs(lake.store.root, [(*cost[:3], "7") for cost in COSTS])

    pauses: list[float] = []
    assert costs(lake, ChangedStore(lake, once), pauses) == ["7.000000"] * len(COSTS)
    assert pauses == [PAUSE_SECONDS]


def test_files_that_always_change_end_with_a_remedy(lake: Lake) -> None:
    def always(listing: int) -> None:
        write_costs(lake.store.root, [(*cost[:3], str(listing)) for cost in COSTS])

    pauses: list[float] = []
    with pytest.raises(ChangingInputsError, match="train again when it has ended"):
        costs(lake, ChangedStore(lake, always), pauses)
    assert len(pauses) == READS - 1


def test_rows_that_were_read_stay_although_the_files_change_later(lake: Lake) -> None:
    inputs = read_inputs(lake.spark, lake.store, arguments(), DOMAIN, MODEL, today=NOW.date())
    for item in list(lake.store.list("curated", "")):
        lake.store.delete("curated", [item.key])
    assert inputs[MART].count() == len(COSTS)


def test_tables_without_files_are_empty(lake: Lake) -> None:
    for item in list(lake.store.list("curated", "")):
        lake.store.delete("curated", [item.key])
    assert costs(lake, lake.store, []) == []


def test_files_that_are_no_data_are_not_read(lake: Lake) -> None:
    lake.store.write("curated", f"cloud_provider/{MART}/year=2025/month=10/_SUCCESS", b"")
    lake.store.write("curated", f"cloud_provider/{MART}/part-00000.parquet", b"no data")
    assert len(costs(lake, lake.store, [])) == len(COSTS)
