"""What a reader sees while the second job publishes, also when it completes a publication that died."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bench.mixed_reads import Files, Reader
from glue_jobs.curation.curation import Curation
from glue_jobs.models.publication import RunModels
from lake import naming
from tests.fakes import FolderStore, KilledBeforeStore, KilledError
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD
from tests.toy.model import expected

FEBRUARY = {
    "sales_feb.csv": HEAD["sales"] + "1,2,2024-02-05,11.00,shop\n4,1,2024-03-01,4.00,web\n",
    "makers_feb.csv": HEAD["makers"] + "2,Bea,IT\n3,Cy,DK\n",
    "parts_feb.csv": HEAD["parts"] + "4,leg,2\n2,top,1\n",
}
"""A sale moves to another month and leaves its own one empty, months are added, makers change."""


class ReadStore(FolderStore):
    """A FolderStore that is read while a job publishes: it waits for the reader after each changed object."""

    ROUNDS = 100

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline.root)
        domain = pipeline.domain
        places = {table.name: ("processed", "silver") for table in domain.tables}
        places |= {mart.name: ("curated", "gold") for mart in domain.marts}
        self._places = {
            name: (bucket, naming.layer_prefix(layer, domain.name, name))
            for name, (bucket, layer) in places.items()
        }
        self.reader = Reader(self._files, {name: domain.inputs_of(name) for name in places})

    def _files(self, table: str) -> Files:
        return {item.key: item.etag for item in self.list(*self._places[table])}

    def copy(self, bucket: str, source: str, target: str) -> None:
        super().copy(bucket, source, target)
        self._pause([target])

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        for key in keys:
            super().delete(bucket, [key])
            self._pause([key])

    def _pause(self, keys: Iterable[str]) -> None:
        prefixes = tuple(prefix for _, prefix in self._places.values())
        if any(key.startswith(prefixes) for key in keys):
            self.reader.wait(self.ROUNDS)


@pytest.mark.parametrize("died_before", [None, "copy toy/sales_enriched/"])
def test_no_read_during_a_publication_sees_a_mart_newer_than_its_inputs(
    january: Pipeline, died_before: str | None
) -> None:
    january.drop(FEBRUARY)
    january.ingest()
    if died_before:
        with pytest.raises(KilledError):
            january.curate(store=KilledBeforeStore(january.root, died_before))
    store = ReadStore(january)
    models = RunModels(store, "ledger", january.domain)
    curation = Curation(january.spark, store, january.args(), january.domain, january.view(), models)
    curation.compute()
    with store.reader:
        curation.publish()
    counts = store.reader.counts()
    assert counts.reads >= 1000
    assert counts.mixed > 0
    assert counts.newer == 0
    assert january.published() == expected(january.uploads).published
