"""Checked rows are staged, and only the files of good rows are published to bronze."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_jobs.ingest.ingest import IngestContext
from glue_jobs.ingest.staging import STAGED, Staging
from lake import naming
from lake.model.discovery import load_domain

PREFIX = naming.batch_prefix("bronze", "toy", "sales", "b-1")
SCHEMA = (
    "sale_id bigint, maker_id bigint, sold_on date, amount decimal(18,2), channel string, "
    "extra map<string,string>, quality_flags array<string>, failed_checks array<string>, raw_record string, "
    "source_file string, source_row bigint, source_rank string"
)
ROWS = """
    (1, 1, DATE'2024-01-05', 1.00, 'shop', map('colour', 'red'), array('x.flag'), array(), NULL, 'f', 1, 'r'),
    (2, 1, DATE'2024-02-05', 2.00, 'shop', NULL, array(), array(), NULL, 'f', 2, 'r'),
    (3, 1, NULL, NULL, 'shop', NULL, array('x.flag'), array('amount.type'), '3,1,soon,ten', 'f', 3, 'r')
"""


def test_good_rows_are_published_by_month_and_rejected_rows_are_kept_apart(context: IngestContext) -> None:
    staging = Staging(
        spark=context.spark, store=context.store, bucket="processed", table=load_domain("toy").table("sales"),
        prefix=PREFIX,
    )  # fmt: skip
    names = [column.split()[0] for column in SCHEMA.replace("(18,2)", "").split(", ")]
    types = dict(column.split() for column in SCHEMA.replace("18,2", "18;2").split(", "))
    checked = context.spark.sql(f"SELECT * FROM VALUES {ROWS}").toDF(*names)
    checked = checked.select(*(F.col(name).cast(types[name].replace(";", ",")) for name in names))
    stamps = [F.lit(context.ingest_ts).alias("ingest_ts"), F.lit("b-1").alias("batch_id")]
    assert staging.stage(
        checked, stamps, {"rows": F.count(F.lit(1)), "good": F.count_if(~F.col("rejected"))}
    ) == {
        "rows": 3,
        "good": 2,
    }
    folder = context.store.url("processed", PREFIX + STAGED)
    staged = context.spark.read.parquet(folder).orderBy("sale_id").collect()
    assert [(row["sale_id"], row["year"], row["month"], row["rejected"]) for row in staged] == [
        (1, "2024", "1", "false"),
        (2, "2024", "2", "false"),
        (3, "0", "0", "true"),
    ]
    assert staged[0]["extra"] == {"colour": "red"}
    assert [tuple(row) for row in staging.rejected().collect()] == [("f", 3, "3,1,soon,ten", ["amount.type"])]
    staging.publish()
    assert [item.key.removeprefix(PREFIX) for item in context.store.list("processed", PREFIX)] == [
        "year=2024/month=1/part-00000.parquet",
        "year=2024/month=2/part-00000.parquet",
    ]
