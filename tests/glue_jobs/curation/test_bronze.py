"""Bronze is read by month and batch, without uncommitted batches."""

from __future__ import annotations

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.runtime.months import Month
from tests.frames import texts
from tests.meters.arrivals import Meters


def bronze_of(pipeline: Meters, table: str) -> BronzeTable:
    declared = pipeline.domain.table(table)
    return BronzeTable(pipeline.spark, pipeline.store, pipeline.args(), declared, pipeline.view())


def test_rows_are_read_by_month_and_batch(meters: Meters) -> None:
    first = meters.read(("r1", "2025-06-01", "m1", 1), ("r2", "2025-07-01", "m1", 2))
    second = meters.read(("r3", "2025-06-02", "m1", 3))
    bronze = bronze_of(meters, "readings")
    assert bronze.months() == {Month(2025, 6), Month(2025, 7)}
    assert bronze.pending == {first, second}
    assert (bronze.is_first_load, bronze.is_empty) == (True, False)
    ids = {
        "all": texts(bronze.read(), ["reading_id"]),
        "june": texts(bronze.read(months={Month(2025, 6)}), ["reading_id"]),
        "second": texts(bronze.read(batches={second}), ["reading_id"]),
        "none": texts(bronze.read(months={Month(2025, 7)}, batches={second}), ["reading_id"]),
    }
    assert ids == {
        "all": [("r1",), ("r2",), ("r3",)], "june": [("r1",), ("r3",)], "second": [("r3",)], "none": [],
    }  # fmt: skip
    assert bronze.read(months={Month(2025, 6)}) is bronze.read(months=frozenset({Month(2025, 6)}))


def test_uncommitted_batches_are_not_read(meters: Meters) -> None:
    batch = meters.read(("r1", "2025-06-01", "m1", 1))
    [file] = bronze_of(meters, "readings").files
    meters.store.write("processed", file.key.replace(batch, "s-uncommitted"), b"")
    assert bronze_of(meters, "readings").files == [file]
    assert bronze_of(meters, "alerts").is_empty
