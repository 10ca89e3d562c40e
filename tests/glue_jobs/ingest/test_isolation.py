"""A file that the reader cannot read is rejected, whatever it does to Spark, and the others go through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.ingest import isolation
from glue_jobs.ingest.ingest import IngestContext
from glue_jobs.ingest.isolation import seconds_for
from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ledger.ledger import FileEntry
from glue_jobs.runtime import limits
from lake.errors import CaudalError
from lake.model.spec import Table
from lake.naming import FileStatus
from tests.fakes import KilledError
from tests.glue_jobs.streaming.conftest import StreamPipeline, events
from tests.glue_jobs.streaming.lines import event, lines
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

__all__ = ["events"]

SALE = HEAD["sales"] + "{},1,2024-01-05,10.00,shop\n"
Rows = Callable[[IngestContext, Table, Sequence[LandedFile]], DataFrame]


def fails(monkeypatch: pytest.MonkeyPatch, poison: str, harm: Callable[[DataFrame], DataFrame]) -> None:
    """Make the reader do harm whenever it reads a file whose key contains `poison`."""
    read: Rows = IngestContext.rows

    def rows(context: IngestContext, table: Table, files: Sequence[LandedFile]) -> DataFrame:
        frame = read(context, table, files)
        return harm(frame) if any(poison in file.key for file in files) else frame

    monkeypatch.setattr(IngestContext, "rows", rows)


def entries(pipeline: Pipeline) -> dict[str, FileEntry]:
    """Return file name → its entry in the ledger."""
    return {file.key.rsplit("/", 1)[-1]: file for batch in pipeline.view().batches for file in batch.files}


def raising(frame: DataFrame) -> DataFrame:
    return frame.where(F.raise_error(F.lit("the parser Exception of a test")).isNull())


def endless(frame: DataFrame) -> DataFrame:
    return frame.where(F.expr("java_method('java.lang.Thread', 'sleep', 60000L) IS NOT NULL"))


def killed(frame: DataFrame) -> DataFrame:
    raise KilledError("out of memory")


def drop(pipeline: Pipeline) -> None:
    pipeline.drop({f"sales_{name}.csv": SALE.format(number) for number, name in enumerate(("a", "bad", "c"))})


def test_file_that_raises_is_rejected_with_the_error(
    empty_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(empty_pipeline)
    fails(monkeypatch, "bad", raising)
    summary = empty_pipeline.ingest()
    [rejected] = summary["rejected_files"]
    assert rejected["file"].endswith("/sales_bad.csv")
    assert rejected["reason"].startswith("file.unreadable: the file cannot be read: ")
    assert "the parser Exception of a test" in rejected["reason"]
    assert empty_pipeline.rows("bronze", "sales", "sale_id") == [("0",), ("2",)]
    assert empty_pipeline.rows("quarantine", "sales", "failed_checks") == [("[file.unreadable]",)]


def test_file_that_takes_forever_is_rejected(
    empty_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(empty_pipeline)
    fails(monkeypatch, "bad", endless)
    monkeypatch.setattr(isolation, "BASE_SECONDS", 4.0)
    summary = empty_pipeline.ingest()
    [rejected] = summary["rejected_files"]
    assert rejected["reason"] == (
        "file.unreadable: the file cannot be read: Spark took longer than 4 seconds."
    )
    assert empty_pipeline.rows("bronze", "sales", "sale_id") == [("0",), ("2",)]


def test_forever_is_five_minutes_and_a_second_for_each_megabyte() -> None:
    class Sized:
        size = 30_000_000

    assert seconds_for([Sized(), Sized()]) == 360  # type: ignore[list-item]


@pytest.mark.parametrize("stream", [False, True])
def test_file_that_ends_the_process_is_rejected_by_the_fourth_run(
    empty_pipeline: Pipeline, events: StreamPipeline, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    pipeline: Pipeline = events if stream else empty_pipeline
    if stream:
        events.drop_events({f"{name}.jsonl": lines(event(number)) for number, name in enumerate("ab")})
        events.drop_events({"bad.jsonl": lines(event(7))})
    else:
        drop(empty_pipeline)
    run = (lambda: events.writer().write(0, events.paths())) if stream else empty_pipeline.ingest
    fails(monkeypatch, "bad", killed)
    for _ in range(3):
        with pytest.raises(KilledError):
            run()
        assert pipeline.view().batches == ()
    run()
    found = entries(pipeline)
    rejected = found.pop("bad.jsonl" if stream else "sales_bad.csv")
    assert (rejected.status, rejected.check) == (FileStatus.REJECTED, "file.unreadable")
    assert "2 runs ended without an answer while they read this file by itself" in rejected.reason
    assert {(file.status, file.rows_bronze) for file in found.values()} == {(FileStatus.INGESTED, 1)}


def test_run_that_is_killed_for_another_reason_rejects_nothing(
    empty_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(empty_pipeline)
    with monkeypatch.context() as patch:
        fails(patch, "bad", killed)
        for _ in range(2):
            with pytest.raises(KilledError):
                empty_pipeline.ingest()
    assert empty_pipeline.ingest()["rejected_files"] == []
    assert empty_pipeline.rows("bronze", "sales", "sale_id") == [("0",), ("1",), ("2",)]


def test_rejected_file_is_read_when_it_is_uploaded_again(
    empty_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(empty_pipeline)
    with monkeypatch.context() as patch:
        fails(patch, "bad", raising)
        empty_pipeline.ingest()
    empty_pipeline.drop({"again/sales_bad.csv": SALE.format(1)})
    assert empty_pipeline.ingest()["rejected_files"] == []
    assert empty_pipeline.rows("bronze", "sales", "sale_id") == [("0",), ("1",), ("2",)]


def test_no_file_is_blamed_if_spark_itself_does_not_work(
    empty_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(empty_pipeline)
    fails(monkeypatch, "sales", endless)
    monkeypatch.setattr(isolation, "BASE_SECONDS", 1.0)
    monkeypatch.setattr(isolation, "WORKING_SECONDS", 0.0)
    monkeypatch.setattr(limits, "REPEAT_SECONDS", 0.002)
    with pytest.raises(CaudalError, match="Spark does not work any more") as error:
        empty_pipeline.ingest()
    assert "Start the pipeline again" in str(error.value)
    assert empty_pipeline.view().batches == ()
