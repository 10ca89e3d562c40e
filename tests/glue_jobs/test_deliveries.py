"""Corrections are taken back, and the files of one delivery count together, through both jobs."""

from __future__ import annotations

from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

SALE = HEAD["sales"] + "7,1,2024-01-05,{},shop\n"
TEN, TWENTY = SALE.format("10.00"), SALE.format("20.00")


def amounts(pipeline: Pipeline) -> list[str]:
    return [amount for _, amount in pipeline.rows("silver", "sales", "sale_id", "amount")]


def parts(pipeline: Pipeline) -> list[tuple[str, str]]:
    return pipeline.rows("silver", "parts", "sale_id", "label")


def test_old_bytes_that_are_sent_again_take_a_correction_back(empty_pipeline: Pipeline) -> None:
    for content, again in ((TEN, False), (TWENTY, False), (TEN, True)):
        empty_pipeline.drop({"sales_fix.csv": content}, again=again)
        empty_pipeline.run()
    assert amounts(empty_pipeline) == ["10.00"]
    assert empty_pipeline.published() == empty_pipeline.refreshed()


def test_corrections_are_resolved_in_their_order_in_one_run(empty_pipeline: Pipeline) -> None:
    for content, again in ((TEN, False), (TWENTY, False), (TEN, True), (TWENTY, True)):
        empty_pipeline.drop({"sales_fix.csv": content}, again=again)
    empty_pipeline.run()
    assert amounts(empty_pipeline) == ["20.00"]


def test_groups_in_several_files_of_one_delivery_count_together(empty_pipeline: Pipeline) -> None:
    """In one run or in two, and until a later delivery replaces them, which is counted and told."""
    empty_pipeline.drop({"sales.csv": HEAD["sales"] + "1,1,2024-01-05,10.00,shop\n2,1,2024-01-05,1,shop\n"})
    first = {
        "d/parts_1.csv": HEAD["parts"] + "1,leg,4\n1,top,1\n",
        "d/parts_2.csv": HEAD["parts"] + "1,lid,1\n2,leg,1\n",
    }
    empty_pipeline.drop(dict([next(iter(first.items()))]))
    empty_pipeline.run()
    [upload] = empty_pipeline.uploads[-1:]
    empty_pipeline.drop(first, at=upload.at)
    empty_pipeline.ingest()
    summary = empty_pipeline.curate()
    assert parts(empty_pipeline) == [("1", "leg"), ("1", "lid"), ("1", "top"), ("2", "leg")]
    assert (summary["replaced_groups"], "replaced" in summary["message"]) == ({"parts": 0}, False)

    empty_pipeline.drop({"parts_new.csv": HEAD["parts"] + "1,box,1\n"})
    empty_pipeline.ingest()
    summary = empty_pipeline.curate()
    assert parts(empty_pipeline) == [("1", "box"), ("2", "leg")]
    assert summary["replaced_groups"] == {"parts": 1}
    assert "parts: later deliveries replaced the rows of 1 groups." in summary["message"]
    assert empty_pipeline.published() == empty_pipeline.refreshed()


def test_groups_in_several_files_without_an_upload_call_are_told(empty_pipeline: Pipeline) -> None:
    for name, label in (("parts_1.csv", "leg"), ("parts_2.csv", "top")):
        empty_pipeline.store.write("raw", f"toy/{name}", f"{HEAD['parts']}1,{label},1\n".encode())
    empty_pipeline.ingest()
    summary = empty_pipeline.curate()
    assert len(parts(empty_pipeline)) == 1
    assert summary["ambiguous_groups"] == {"parts": 1}
    assert "parts: 1 groups lie in several files that came without an upload call" in summary["message"]
