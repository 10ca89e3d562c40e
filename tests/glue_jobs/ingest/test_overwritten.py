"""A run tells which objects of drops were overwritten under their keys; their new versions are read."""

from __future__ import annotations

from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

KEY = "toy/sales/sales_a.csv"
SALE = "{},1,2024-01-05,10.00,shop\n"


def put(pipeline: Pipeline, *numbers: int) -> None:
    body = HEAD["sales"] + "".join(SALE.format(number) for number in numbers)
    pipeline.store.write("raw", KEY, body.encode())


def test_new_version_of_an_object_is_read_counted_and_told(empty_pipeline: Pipeline) -> None:
    put(empty_pipeline, 1)
    assert empty_pipeline.ingest()["overwritten_files"] == []
    put(empty_pipeline, 1, 2)
    summary = empty_pipeline.ingest()
    assert summary["overwritten_files"] == [KEY]
    assert (
        "1 raw objects were overwritten under their keys, and their new versions were read"
        in (summary["message"])
    )
    assert empty_pipeline.rows("bronze", "sales", "sale_id") == [("1",), ("1",), ("2",)]
    assert empty_pipeline.ingest()["overwritten_files"] == []
