"""The invariant: after each batch, silver and gold equal a full refresh and an independent model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pipeline import Pipeline
from tests.toy.drops import HEAD, JANUARY
from tests.toy.model import expected


def assert_as_modelled(pipeline: Pipeline) -> None:
    """Assert that the published tables equal the model of all uploads."""
    assert pipeline.published() == expected(pipeline.uploads).published


def test_first_month_is_published_with_exact_rows(published_january: Pipeline) -> None:
    assert published_january.rows("gold", "sales_enriched") == [
        ("1", "1", "2024-01-05", "10.00", "Ann", "SE", "5", "1", "2024"),
        ("2", "2", "2024-02-10", "20.00", "Bo", "NO", "3", "2", "2024"),
        ("3", "3", "2024-02-11", "30.00", None, None, None, "2", "2024"),
    ]
    assert published_january.rows(
        "silver", "parts", "sale_id", "label", "quality_flags", "year", "month"
    ) == [
        ("1", "leg", "[]", "2024", "1"),
        ("1", "top", "[]", "2024", "1"),
        ("2", "leg", "[]", "2024", "2"),
        ("9", "leg", "[sale_id.unknown]", "0", "0"),
    ]
    assert published_january.rows("gold", "returns_enriched", "return_id", "amount") == [
        ("1", "10.00"),
        ("2", None),
    ]
    assert published_january.rows("gold", "maker_totals", "maker_id", "sales") == [
        ("1", "1"),
        ("2", "1"),
        ("3", "1"),
    ]
    assert published_january.published() == published_january.refreshed()


def test_uploading_the_same_files_again_changes_nothing(january: Pipeline) -> None:
    before = files(january)
    january.drop(JANUARY)
    january.drop({f"deeper/{path.replace('.csv', '_copy.csv')}": text for path, text in JANUARY.items()})
    ingested = january.ingest()
    assert (ingested["proceed"], ingested["rows_read"], ingested["files"]) == (False, 0, 8)
    assert january.curate()["status"] == "NOTHING_TO_DO"
    assert files(january) == before


def test_run_without_new_files_has_nothing_new(january: Pipeline) -> None:
    assert january.ingest()["status"] == "NOTHING_NEW"


def test_run_leaves_no_rows_in_memory(january: Pipeline) -> None:
    """Sessions of the local cloud and of tests outlive many runs."""
    january.spark.catalog.clearCache()
    january.drop({"sales_corrected.csv": HEAD["sales"] + "1,2,2024-01-05,11.00,shop\n"})
    january.run()
    assert_as_modelled(january)
    session = january.spark._jsparkSession
    assert session.sharedState().cacheManager().isEmpty()


def files(pipeline: Pipeline) -> dict[str, int]:
    """Return the published files with the times of their last changes."""
    folders = [pipeline.root / "curated", pipeline.root / "processed" / "silver"]
    return {str(path): path.stat().st_mtime_ns for root in folders for path in root.rglob("*.parquet")}


Change = Callable[[Pipeline], None]


def late_file(pipeline: Pipeline) -> None:
    pipeline.drop({"sales_march.csv": HEAD["sales"] + "4,1,2024-03-01,1.005,web\n"})
    pipeline.run()
    pipeline.drop({"sales_late.csv": HEAD["sales"] + "5,2,2023-12-31,5,web\n"})
    pipeline.run()
    assert ("2023-12-01", "5.00") in pipeline.rows("gold", "revenue_by_month", "sold_month", "revenue")


def corrected_and_moved(pipeline: Pipeline) -> None:
    """The moved sale leaves January empty, and its parts move with it."""
    pipeline.drop({"sales_fix.csv": HEAD["sales"] + "1,2,2024-02-05,11.00,shop\n2,2,2024-02-10,21.00,web\n"})
    pipeline.run()
    assert pipeline.rows("silver", "sales", "sale_id", "amount", "month") == [
        ("1", "11.00", "2"),
        ("2", "21.00", "2"),
        ("3", "30.00", "2"),
    ]
    assert [key for key in files(pipeline) if "month=1/" in key] == []


def moved_there_and_back(pipeline: Pipeline) -> None:
    pipeline.drop({"sales_a.csv": HEAD["sales"] + "1,1,2024-06-05,10.00,shop\n"})
    pipeline.run()
    pipeline.drop({"sales_b.csv": HEAD["sales"] + "1,1,2024-01-05,10.00,web\n"})
    pipeline.run()


def replaced_lines(pipeline: Pipeline) -> None:
    pipeline.drop({"parts_fix.csv": HEAD["parts"] + "1,top,2\n"})
    pipeline.run()
    assert pipeline.rows("silver", "parts", "sale_id", "label", "units")[:2] == [
        ("1", "top", "2"),
        ("2", "leg", "3"),
    ]


def rejected_correction(pipeline: Pipeline) -> None:
    pipeline.drop(
        {
            "sales_fix.csv": HEAD["sales"] + "1,1,2024-01-05,-10.00,shop\n2,2,2024-02-10,21.00,web\n",
            "parts_fix.csv": HEAD["parts"] + "1,leg,0\n",
        }
    )
    pipeline.run()
    assert pipeline.rows("silver", "sales", "sale_id", "amount")[:2] == [("1", "10.00"), ("2", "21.00")]
    assert len(pipeline.rows("silver", "parts", "sale_id", "label")) == 4


def master_after_its_facts(pipeline: Pipeline) -> None:
    pipeline.drop({"makers_late.csv": HEAD["makers"] + "3,Cy,DK\n"})
    pipeline.run()
    assert ("3", "Cy", "DK") in pipeline.rows("gold", "sales_enriched", "sale_id", "maker_name", "country")


def corrected_master(pipeline: Pipeline) -> None:
    pipeline.drop({"makers_fix.csv": HEAD["makers"] + "2,Bo,FI\n"})
    pipeline.run()


def dated_parent_after_its_rows(pipeline: Pipeline) -> None:
    """Its parts leave year 0, and a return in another month gets its amount."""
    pipeline.drop({"sales_late.csv": HEAD["sales"] + "9,1,2024-04-01,90.00,shop\n"})
    pipeline.run()
    assert ("2", "90.00") in pipeline.rows("gold", "returns_enriched", "return_id", "amount")
    assert [key for key in files(pipeline) if "year=0/" in key] == []


def two_versions_in_one_batch(pipeline: Pipeline) -> None:
    pipeline.drop(
        {
            "sales_z.csv": HEAD["sales"]
            + "7,1,2024-07-01,1,shop\n7,1,2024-08-01,2,shop\n7,1,2024-08-01,2,shop\n",
            "deeper/sales_a.csv": HEAD["sales"] + "3,1,2024-09-01,3,shop\n",
            "sales_b.csv": HEAD["sales"] + "3,1,2024-10-01,4,shop\n",
        }
    )
    pipeline.run()
    assert ("3", "3.00") in pipeline.rows("silver", "sales", "sale_id", "amount")


def two_batches_before_one_curation(pipeline: Pipeline) -> None:
    pipeline.drop({"sales_a.csv": HEAD["sales"] + "1,1,2024-05-05,10.00,shop\n"})
    pipeline.ingest()
    pipeline.drop({"makers_fix.csv": HEAD["makers"] + "1,Anna,SE\n"})
    pipeline.ingest()
    pipeline.curate()


def upload_in_several_batches(pipeline: Pipeline) -> None:
    """The files of one upload call are ingested by three runs, the highest-ranking first."""
    first = {"deeper/sales.csv": HEAD["sales"] + "1,1,2024-05-05,3.00,shop\n"}
    second = {"sales_a.csv": HEAD["sales"] + "1,1,2024-06-05,1.00,shop\n2,1,2024-05-09,2.00,shop\n"}
    third = {"sales_b.csv": HEAD["sales"] + "2,1,2024-06-09,5.00,shop\n"}
    for part in (first, second, third):
        pipeline.drop(part, at=pipeline.uploads[0].at.replace(hour=23))
        pipeline.run()
    assert pipeline.rows("silver", "sales", "sale_id", "amount")[:2] == [("1", "3.00"), ("2", "5.00")]


def first_batch_of_a_new_table_and_drift(pipeline: Pipeline) -> None:
    pipeline.drop({"sales_drift.csv": "colour,sold_on,sale_id,amount\nred,2024-02-02,8,8\n"})
    pipeline.run()
    assert ("8", None, None) in pipeline.rows("silver", "sales", "sale_id", "maker_id", "channel")


CHANGES: list[Change] = [
    late_file, corrected_and_moved, moved_there_and_back, replaced_lines, rejected_correction,
    master_after_its_facts, corrected_master, dated_parent_after_its_rows, two_versions_in_one_batch,
    two_batches_before_one_curation, upload_in_several_batches, first_batch_of_a_new_table_and_drift,
]  # fmt: skip


REFRESHED = [corrected_and_moved, two_versions_in_one_batch]
"""Changes after which a full refresh is computed as well, which takes as long as the change."""


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_silver_and_gold_equal_the_model_after(january: Pipeline, change: Change) -> None:
    change(january)
    assert_as_modelled(january)
    if change in REFRESHED:
        assert january.published() == january.refreshed()


def test_facts_may_be_published_before_their_masters(empty_pipeline: Pipeline) -> None:
    for path in ("returns.csv", "parts.csv", "sales.csv", "makers.csv"):
        empty_pipeline.drop({path: JANUARY[path]})
        empty_pipeline.run()
        assert_as_modelled(empty_pipeline)


def test_only_touched_months_are_published_again(january: Pipeline) -> None:
    before = files(january)
    january.drop({"sales_feb.csv": HEAD["sales"] + "6,2,2024-02-20,6.00,web\n"})
    january.run()
    changed = {key.split("buckets/")[1] for key, time in files(january).items() if before.get(key) != time}
    # Parts without a sale have no month, so they are always in scope.
    assert changed - {"processed/silver/toy/parts/year=0/month=0/part-00000.parquet"} == {
        "processed/silver/toy/sales/year=2024/month=2/part-00000.parquet",
        "curated/toy/sales_enriched/year=2024/month=2/part-00000.parquet",
        "curated/toy/revenue_by_month/year=2024/part-00000.parquet",
        "curated/toy/maker_totals/part-00000.parquet",
        f"curated/toy/quality_by_run/{january.view().batches[-1].batch_id}.parquet",
        f"curated/toy/quality_by_run/{january.args().execution}.parquet",
    }
