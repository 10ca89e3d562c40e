"""The settings of the jobs' Spark sessions."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from glue_jobs.runtime.session import (
    INTERPRETED,
    PARTITIONS,
    SETTINGS,
    SMALL_INPUT,
    choose_settings,
    configure,
)
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


FACTORY_MODE = "spark.sql.codegen.factoryMode"
COMPILED = {"spark.sql.codegen.wholeStage": "true", FACTORY_MODE: "FALLBACK"}
"""Spark's defaults."""
ADAPTIVE = "spark.sql.adaptive.enabled"


def with_settings(spark: SparkSession, values: dict[str, str]) -> SparkSession:
    """Return a new session with the settings of INTERPRETED."""
    session = spark.newSession()
    for name, value in values.items():
        session.conf.set(name, value)
    return session


def settings(session: SparkSession) -> dict[str, str | None]:
    """Return the values of the settings of INTERPRETED."""
    return {name: session.conf.get(name) for name in INTERPRETED}


def test_queries_over_small_inputs_are_interpreted_and_others_compiled(spark: SparkSession) -> None:
    session = with_settings(spark, COMPILED)
    assert choose_settings(session, SMALL_INPUT) is session
    assert settings(session) == INTERPRETED
    choose_settings(session, SMALL_INPUT + 1)
    assert settings(session) == COMPILED


@pytest.mark.parametrize(("found", "few"), [("200", "2"), ("1", "1")])
def test_small_queries_are_planned_once_and_have_few_tasks(spark: SparkSession, found: str, few: str) -> None:
    session = with_settings(spark, {ADAPTIVE: "true", PARTITIONS: found})
    choose_settings(session, SMALL_INPUT)
    assert (session.conf.get(ADAPTIVE), session.conf.get(PARTITIONS)) == ("false", few)
    choose_settings(session, SMALL_INPUT + 1)
    assert (session.conf.get(ADAPTIVE), session.conf.get(PARTITIONS)) == ("true", found)


@pytest.mark.parametrize("first", [0, SMALL_INPUT + 1])
@pytest.mark.parametrize("found", [COMPILED, INTERPRETED, {**COMPILED, FACTORY_MODE: "CODEGEN_ONLY"}])
def test_large_inputs_have_the_settings_that_the_session_came_with(
    spark: SparkSession, first: int, found: dict[str, str]
) -> None:
    session = with_settings(spark, found)
    for size in (first, 0, 0, SMALL_INPUT + 1):
        choose_settings(session, size)
    assert settings(session) == found


RANKED = """
WITH raw AS (
    SELECT id % 7 AS k, decode(encode(concat('n', id % 3, ' é'), 'utf-8'), 'utf-8') AS name,
        timestamp_micros(id * 86399999999) AS time, CAST(id / 3 AS decimal(20, 6)) AS money,
        IF(id % 5 = 0, NULL, map('a', CAST(id AS string))) AS extra
    FROM range(200)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY k ORDER BY time DESC, name) AS place FROM raw
)
SELECT k, count(*) AS rows, sum(money) AS money, max_by(name, time) AS last,
    min(place) AS place, sum(CAST(xxhash64(name, time, money) AS decimal(20, 0))) AS hash,
    sum(crc32(encode(name, 'utf-8'))) AS crc,
    avg(money) AS mean, percentile(CAST(money AS double), 0.5) AS median, count_if(extra IS NULL) AS nulls,
    array_sort(collect_set(date_format(time, 'yyyy-MM'))) AS months,
    max(regexp_replace(name, '[0-9]', '#')) AS masked, bit_xor(hash(extra['a'])) AS mixed
FROM ranked GROUP BY k ORDER BY k
"""


def test_interpreted_and_compiled_queries_have_the_same_result(spark: SparkSession) -> None:
    interpreted, compiled = spark.newSession(), spark.newSession()
    compiled.conf.set("spark.sql.codegen.wholeStage", "true")
    compiled.conf.set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY")
    rows = choose_settings(interpreted, 0).sql(RANKED).collect()
    assert len(rows) == 7
    assert rows == compiled.sql(RANKED).collect()


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
