"""quality_by_run: one line per run, table and check; references are checked when silver is recomputed."""

from __future__ import annotations

import json

import pytest

from glue_jobs.ledger.ledger import Batch
from glue_jobs.quality.gate import MINIMUM_ROWS
from glue_jobs.quality.log import write_quality_log
from lake import naming
from lake.model.quality_mart import QUALITY_BY_RUN
from tests.fakes import KilledError, MortalStore
from tests.pipeline import Pipeline, Rows
from tests.toy.drops import HEAD

SALES = (
    HEAD["sales"]
    + "1,1,2024-01-05,10.00,shop\n2,1,2024-01-06,-1,shop\n3,1,soon,ten,shop\n4,1\n5,1,2024-02-01,5,fax\n"
)


def log(pipeline: Pipeline, *columns: str) -> Rows:
    return pipeline.rows("gold", QUALITY_BY_RUN.name, *columns)


def test_what_the_checks_counted_is_published_with_the_batch(workshop: Pipeline) -> None:
    workshop.drop({"sales.csv": SALES})
    batch = workshop.ingest()["batch_id"]
    assert log(workshop) == []
    workshop.curate()
    columns = [column.name for column in QUALITY_BY_RUN.columns[:7]]
    assert log(workshop, *columns) == [
        (batch, "toy", "sales", "amount.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "amount.range", "5", "0", "1"),
        (batch, "toy", "sales", "amount.type", "5", "0", "1"),
        (batch, "toy", "sales", "channel.allowed", "5", "1", "0"),
        (batch, "toy", "sales", "maker_id.type", "5", "0", "0"),
        (batch, "toy", "sales", "record.malformed", "5", "0", "1"),
        (batch, "toy", "sales", "sale_id.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "sale_id.type", "5", "0", "0"),
        (batch, "toy", "sales", "sold_on.not_null", "5", "0", "0"),
        (batch, "toy", "sales", "sold_on.type", "5", "0", "1"),
        ("x0002", "toy", "sales", "maker_id.unknown", "2", "2", "0"),
    ]
    assert {row[0] for row in log(workshop, "execution")} == {"x0001", "x0002"}


def test_each_run_adds_its_lines_and_a_repeated_one_none(workshop: Pipeline) -> None:
    workshop.drop({"sales.csv": SALES})
    workshop.run()
    first = log(workshop)
    workshop.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    workshop.run()
    both = log(workshop)
    assert set(first) < set(both)
    assert {row[0] for row in log(workshop, "table_name")} == {"sales", "makers"}
    workshop.curate(full_refresh=True)
    refreshed = log(workshop)
    assert set(both) < set(refreshed)
    assert {row[0] for row in refreshed} - {row[0] for row in both} == {"x0005"}


def test_references_are_checked_again_whenever_their_rows_are_recomputed(workshop: Pipeline) -> None:
    """A sale's maker comes later, and null refers to nothing; the month without it is not looked at."""
    sales = "1,1,2024-01-05,1,web\n2,2,2024-01-06,1,web\n3,,2024-01-07,1,web\n4,2,2024-02-01,1,web\n"
    workshop.drop({"sales.csv": HEAD["sales"] + sales, "makers.csv": HEAD["makers"] + "2,Bo,NO\n"})
    workshop.run()
    workshop.drop({"makers_late.csv": HEAD["makers"] + "1,Ann,SE\n"})
    workshop.run()
    columns = ("execution", "table_name", "check_name", "rows_checked", "rows_flagged")
    assert [row for row in log(workshop, *columns) if str(row[2]).endswith(".unknown")] == [
        ("x0002", "sales", "maker_id.unknown", "4", "1"),
        ("x0004", "sales", "maker_id.unknown", "3", "0"),
    ]
    detail = json.loads(
        workshop.store.read("processed", naming.run_detail_key("toy", "x0004", "processed_to_curated"))
    )
    assert detail["checks"]["sales"] == {
        "maker_id.unknown": {"rows_checked": 3, "rows_flagged": 0, "rows_quarantined": 0}
    }


def test_a_batch_of_bad_rows_alone_is_logged_by_the_next_run(workshop: Pipeline) -> None:
    """It brings nothing to publish, so that no run is due for it."""
    workshop.drop({"sales.csv": HEAD["sales"] + "2,1,2024-01-06,-1,shop\n"})
    assert workshop.ingest()["proceed"] is False
    workshop.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    workshop.run()
    assert ("sales", "amount.range", "1") in log(workshop, "table_name", "check_name", "rows_quarantined")


def test_a_rejected_batch_is_not_in_the_log(workshop: Pipeline) -> None:
    bad = "".join(f"{number},1,2024-01-06,-1,shop\n" for number in range(MINIMUM_ROWS))
    workshop.drop({"sales.csv": HEAD["sales"] + bad})
    assert workshop.ingest()["status"] == "REJECTED"
    assert write_quality_log(workshop.store, "curated", "toy", workshop.view()) == 0


def test_a_killed_writer_is_repeated(workshop: Pipeline) -> None:
    for number in (1, 2):
        workshop.drop({f"makers_{number}.csv": HEAD["makers"] + f"{number},Ann,SE\n"})
        workshop.ingest()
    mortal = MortalStore(workshop.root, dies_at=1)
    with pytest.raises(KilledError):
        write_quality_log(mortal, "curated", "toy", workshop.view())
    assert write_quality_log(workshop.store, "curated", "toy", workshop.view()) == 1
    assert write_quality_log(workshop.store, "curated", "toy", workshop.view()) == 0
    assert len({row[0] for row in log(workshop, "run_id")}) == 2


def test_entries_from_before_the_counts_are_read(workshop: Pipeline) -> None:
    workshop.drop({"makers.csv": HEAD["makers"] + "1,Ann,SE\n"})
    batch_id = workshop.ingest()["batch_id"]
    body = json.loads(workshop.store.read("processed", naming.ledger_key("toy", batch_id)))
    assert body.pop("checks")["makers"]["maker_id.type"]["rows_checked"] == 1
    assert Batch.from_json(json.dumps(body).encode(), "here").checks == {}
