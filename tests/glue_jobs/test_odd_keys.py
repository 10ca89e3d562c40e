"""No key stops a run: objects that Hadoop would not find are rejected, the good ones beside them read."""

from __future__ import annotations

import pytest

from glue_jobs import stream_to_bronze
from glue_jobs.streaming import speed
from lake.naming import FileStatus
from tests.glue_jobs.streaming.conftest import StreamPipeline, events
from tests.glue_jobs.streaming.lines import event, lines
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

__all__ = ["events"]

SALE = HEAD["sales"] + "{},1,2024-01-05,10.00,shop\n"
ODD = {
    "sales//branch7/sales_x.csv": "the key has an empty part",
    "/sales/sales_x.csv": "the key has an empty part",
    "sales/./sales_x.csv": "the key has a part . or ..",
    "sales/a/../sales_x.csv": "the key has a part . or ..",
    f"sales/{'x' * 256}/sales_x.csv": "a part of the name is longer than 255 bytes",
    "sales/sales_good.csv/sales_below.csv": "the key lies below another object's key",
    "sales/sales_x\n.csv": "the name has a line break",
    "sales/folder/": "the key has an empty part",
}


@pytest.mark.parametrize("path", ODD)
def test_odd_key_of_a_drop_is_rejected_and_a_file_beside_it_is_read(
    empty_pipeline: Pipeline, path: str
) -> None:
    store = empty_pipeline.store
    store.put_odd("raw", f"toy/{path}", SALE.format(1).encode())
    if "good" in path:
        # The key of a file that is read already.
        store.write("raw", "toy/sales/sales_good.csv", SALE.format(2).encode())
        empty_pipeline.ingest()
        empty_pipeline.ingest()
    store.write("raw", "toy/sales/sales_other.csv", SALE.format(3).encode())
    summary = empty_pipeline.ingest()
    entries = [file for batch in empty_pipeline.view().batches for file in batch.files]
    [rejected] = [file for file in entries if file.key == f"toy/{path}"]
    assert (rejected.status, rejected.check) == (FileStatus.REJECTED, "file.name")
    assert rejected.reason.startswith(f"file.name: {ODD[path]}")
    assert summary["status"] == "COMMITTED"
    assert ("3",) in empty_pipeline.rows("bronze", "sales", "sale_id")
    assert empty_pipeline.ingest()["status"] == "NOTHING_NEW"


def test_folder_marker_is_no_file(empty_pipeline: Pipeline) -> None:
    empty_pipeline.store.put_odd("raw", "toy/sales/", b"")
    assert empty_pipeline.ingest()["status"] == "NOTHING_NEW"


def test_file_of_a_stream_outside_its_folder_is_rejected_with_the_folder(events: StreamPipeline) -> None:
    events.store.write("raw", "cloud_provider/drop/usage_events/a.jsonl", lines(event(1)).encode())
    summary = events.ingest()
    [rejected] = summary["rejected_files"]
    assert rejected["reason"] == (
        "file.name: files of the stream usage_events are read from cloud_provider/usage_events/ only; "
        "upload it there"
    )


def test_odd_keys_and_codecs_of_a_stream_stop_neither_bronze_nor_the_speed_view(
    events: StreamPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_to_bronze, "start_speed", speed.start_speed)
    prefix = "cloud_provider/usage_events/"
    odd = [f"{prefix}/a.jsonl", f"{prefix}./b.jsonl", f"{prefix}c/../d.jsonl", f"{prefix}{'x' * 256}.jsonl"]
    for number, key in enumerate(odd):
        events.store.put_odd("raw", key, lines(event(number)).encode())
    events.drop_events(
        {"good.jsonl": lines(event(90)), "plain.jsonl.snappy": lines(event(91)), "p.jsonl.ZST": "x"}
    )
    summary = events.stream()
    rejected = {each["file"]: each["reason"].split(":")[0] for each in summary["rejected_files"]}
    assert set(odd) < set(rejected)
    assert len(rejected) == len(odd) + 2
    assert set(rejected.values()) == {"file.name"}
    assert events.bronze("event_id") == [("e90",)]
    assert events.stream()["files"] == 0


def test_path_that_hadoop_makes_of_an_odd_key_is_that_object(events: StreamPipeline) -> None:
    key = "cloud_provider/usage_events//x/./a.jsonl"
    events.store.put_odd("raw", key, lines(event(1)).encode())
    writer = events.writer()
    path = writer.raw.url.rstrip("/") + "/x/a.jsonl"
    writer.write(0, [f"file:{path}"])
    [entry] = [file for batch in events.view().batches for file in batch.files]
    assert (entry.key, entry.check) == (key, "file.name")


def test_objects_outside_all_domains_are_told(empty_pipeline: Pipeline) -> None:
    empty_pipeline.store.write("raw", "stray.csv", b"x")
    empty_pipeline.store.write("raw", "tyo/sales/sales_x.csv", b"x")
    empty_pipeline.store.write("raw", "toy/sales/sales_x.csv", SALE.format(1).encode())
    summary = empty_pipeline.ingest()
    assert summary["outside"] == ["stray.csv", "tyo/"]
    assert summary["message"].endswith(
        "No job reads what lies outside the domains' folders of the raw bucket: 'stray.csv', 'tyo/'."
    )
    assert summary["status"] == "COMMITTED"
