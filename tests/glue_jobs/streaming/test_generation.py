"""A run resumes the recorded generation, or stops if its checkpoint cannot be resumed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.ledger.ledger import Batch, FileEntry, Ledger, LedgerView
from glue_jobs.runtime.args import JobArguments
from glue_jobs.streaming.generation import CheckpointError, Generation, Generations
from lake import naming
from lake.naming import BatchStatus, FileStatus
from tests.fakes import FolderStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ARGS = JobArguments(
    job_name="job", domain="shop", env="dev", execution="x1", raw_bucket="raw", processed_bucket="processed",
    curated_bucket="curated", ledger_bucket="ledger",
)  # fmt: skip


class Stream:
    """The generations of a table, and a ledger."""

    def __init__(self, root: Path, table: str = "clicks") -> None:
        self.store = FolderStore(root)
        self.table = table
        self.generations = Generations(self.store, ARGS, table)

    def view(self) -> LedgerView:
        return Ledger(self.store, "ledger", "shop").view()

    def resume(self, *, new: bool = False) -> Generation:
        return self.generations.current(self.view(), now=NOW, new=new)

    def commit(self, batch_id: str) -> None:
        entry = FileEntry(
            key=f"shop/{self.table}/a.jsonl", version="v", size=1, sha256="0", rank="r", table=self.table,
            status=FileStatus.INGESTED,
        )  # fmt: skip
        batch = Batch(
            batch_id=batch_id, domain="shop", execution="x", status=BatchStatus.COMMITTED,
            committed_at=NOW.isoformat(), files=(entry,),
        )  # fmt: skip
        Ledger(self.store, "ledger", "shop").commit(batch)

    def checkpoint(self, generation: int, *names: str) -> None:
        for name in names:
            folder = self.generations.checkpoint(Generation(generation))
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text("v1")


@pytest.fixture
def stream(tmp_path: Path) -> Stream:
    return Stream(tmp_path)


def test_first_run_begins_a_generation_and_the_next_resumes_it(stream: Stream) -> None:
    assert stream.resume() == Generation(1, is_new=True)
    assert stream.resume() == Generation(1)


def test_new_generation_begins_on_demand(stream: Stream) -> None:
    stream.resume()
    assert stream.resume(new=True) == Generation(2, is_new=True)
    assert stream.resume() == Generation(2)


def test_number_of_a_generation_belongs_to_one_table_only(stream: Stream, tmp_path: Path) -> None:
    stream.resume()
    assert Stream(tmp_path, "views").resume() == Generation(2, is_new=True)


def test_checkpoint_with_the_newest_batch_is_resumed(stream: Stream) -> None:
    stream.resume()
    stream.commit("s-0001-00000003")
    stream.checkpoint(1, "metadata", "offsets/3")
    assert stream.resume() == Generation(1)


@pytest.mark.parametrize("present", [[], ["metadata"], ["offsets/3"], ["metadata", "offsets/2"]])
def test_checkpoint_without_the_newest_batch_stops_the_run(stream: Stream, present: list[str]) -> None:
    stream.resume()
    stream.commit("s-0001-00000003")
    stream.checkpoint(1, *present)
    with pytest.raises(CheckpointError, match="it lacks a batch that is in the ledger"):
        stream.resume()


def test_batches_without_a_recorded_generation_stop_the_run(stream: Stream) -> None:
    stream.commit("s-0005-00000000")
    with pytest.raises(CheckpointError, match="batches of generation 5, but no generation is recorded"):
        stream.resume()
    assert stream.resume(new=True) == Generation(6, is_new=True)


def test_damaged_record_of_the_generation_stops_the_run(stream: Stream) -> None:
    stream.resume()
    [key] = [item.key for item in stream.store.list("processed", "") if item.key.endswith("generation.json")]
    stream.store.write("processed", key, b"{")
    with pytest.raises(CheckpointError, match="the record of the generation is damaged"):
        stream.resume()


@pytest.mark.parametrize(
    ("batch_id", "expected"),
    [("s-0001-00000000", True), ("s-0001-h20260102T000000000000", True), ("b-20260101", False)],
)
def test_micro_batch_is_recognised_by_its_id(batch_id: str, expected: bool) -> None:
    assert naming.is_stream_batch(batch_id) is expected
