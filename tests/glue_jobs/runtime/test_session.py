"""The settings of the jobs' Spark sessions."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from glue_jobs.runtime.session import SETTINGS, configure
from tests.pipeline import Pipeline


def test_configure_applies_all_settings_and_returns_the_session(spark: SparkSession) -> None:
    other = spark.newSession()
    other.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    assert configure(other) is other
    assert {name: other.conf.get(name) for name in SETTINGS} == SETTINGS


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("CAST(TIMESTAMP'2024-01-01 00:00:00+02:00' AS STRING)", "2023-12-31 22:00:00"),
        ("map_from_arrays(array('a', 'a'), array(1, 2))['a']", 2),
    ],
)
def test_results_do_not_depend_on_spark_defaults(spark: SparkSession, query: str, value: object) -> None:
    assert spark.sql(f"SELECT {query}").first() == (value,)


def test_gold_is_compressed_with_a_codec_that_the_publisher_can_read(published_january: Pipeline) -> None:
    files = list((published_january.root / "curated" / "toy").glob("*/**/part-*.parquet"))
    assert files
    codecs = {
        group.column(number).compression
        for file in files
        for group in [pq.read_metadata(file).row_group(0)]
        for number in range(group.num_columns)
    }
    assert codecs <= {"SNAPPY", "UNCOMPRESSED"}
