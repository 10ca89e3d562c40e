"""Silver has the current version of each key in scope, with flags for unknown references."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.curation.bronze import BronzeTable
from glue_jobs.curation.scope import EVERYTHING, Scope
from glue_jobs.curation.silver import Parents, account, resolve_table, with_unknown_flags
from glue_jobs.runtime.months import Month
from lake.model.columns import bigint
from lake.model.discovery import load_domain
from tests.frames import frame, texts
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD


def test_only_references_to_unknown_rows_are_flagged(spark: SparkSession, toy: str) -> None:
    """The other flags are kept, and all flags are sorted."""
    sales = load_domain(toy).table("sales")
    makers = frame(spark, (bigint("maker_id", "Key."),), "maker_id\n1")
    rows = spark.sql(
        "SELECT * FROM VALUES (1, 1L, array()), (2, 9L, array('z.flag')), (3, NULL, array('a.flag'))"
        " AS rows(sale_id, maker_id, quality_flags)"
    )
    flagged = with_unknown_flags(rows, sales, Parents(lambda _: makers, {"makers": "maker_id"}))
    assert flagged.columns == ["sale_id", "maker_id", "quality_flags"]
    assert texts(flagged, ["sale_id", "quality_flags"]) == [
        ("1", "[]"),
        ("2", "[maker_id.unknown, z.flag]"),
        ("3", "[a.flag]"),
    ]


def unused(name: str) -> DataFrame:
    raise AssertionError(f"{name} must not be read")


def test_versions_in_other_months_count(january: Pipeline) -> None:
    """Sale 1 moves from January to February, sale 2 arrives again unchanged."""
    january.drop({"sales.csv": HEAD["sales"] + "1,1,2024-02-05,11.00,shop\n2,2,2024-02-10,20.00,web\n"})
    january.ingest()
    table = january.domain.table("sales")
    bronze = BronzeTable(january.spark, january.store, january.args(), table, january.view())
    for scope, current, counts in (
        (
            Scope(months=frozenset({Month(2024, 1)})),
            [],
            [("sales", "2024", "1", "bronze", "1"), ("sales", "2024", "1", "superseded", "1")],
        ),
        (
            EVERYTHING,
            [("1", "11.00", "2"), ("2", "20.00", "2"), ("3", "30.00", "2")],
            [
                ("sales", "2024", "1", "bronze", "1"),
                ("sales", "2024", "1", "superseded", "1"),
                ("sales", "2024", "2", "bronze", "4"),
                ("sales", "2024", "2", "duplicate", "1"),
            ],
        ),
    ):
        resolved = resolve_table(bronze, scope, Parents(unused, {}))
        assert texts(resolved.current, ["sale_id", "amount", "month"]) == current
        counted = account({"sales": resolved})
        assert texts(counted, ["_table", "year", "month", "_outcome", "rows"]) == counts
        resolved.unpersist_keys()
