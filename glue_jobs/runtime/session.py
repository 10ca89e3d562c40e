"""The Spark settings that the jobs' results depend on, the same on Glue, locally and in tests."""

from __future__ import annotations

from pyspark.sql import SparkSession

from lake.files.parquet import COMPRESSION

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # Partition values are read as declared (int), never guessed from the path.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.adaptive.enabled": "true",
    # One file per partition: AQE may merge shuffle partitions, but may not split a published one.
    "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled": "false",
    # If a JSON object has a key twice, the last one counts.
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    # The JVM interprets methods above 8,000 bytes of bytecode forever; Spark then splits them instead.
    "spark.sql.codegen.hugeMethodLimit": "8000",
    # A cached frame is read twice and then dropped: compressing it costs more than it saves.
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    "spark.sql.parquet.compression.codec": COMPRESSION,
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInWrite": "CORRECTED",
}


INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Settings with which Spark interprets plans instead of compiling classes for them. Results are the same."""

WHOLE_PLANS = {"spark.sql.adaptive.enabled": "false"}
"""Settings with which a query is planned once and is one Spark job, instead of one job for each stage."""

PARTITIONS = "spark.sql.shuffle.partitions"
SMALL_PARTITIONS = 2
"""The most partitions of a small query's stages: without adaptive plans, none are merged."""

FOUND = "caudal.found."
"""Beginning of the settings that keep the values which a session had before `choose_settings`."""

SMALL_INPUT = 10_000_000
"""Bytes. Compiling the queries of a run takes Java longer than interpreting them over so small an input, and
planning them anew after each stage saves nothing."""


def configure(spark: SparkSession) -> SparkSession:
    """Apply SETTINGS to an existing session and return it."""
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    return spark


def choose_settings(spark: SparkSession, input_bytes: int) -> SparkSession:
    """Interpret the session's next queries as whole plans if their input is small; return the session.

    `input_bytes` is about what they read; see `lake.files.sizes`. Queries that are not
    small have the settings with which the session came.
    """
    is_small = input_bytes <= SMALL_INPUT
    few = str(min(SMALL_PARTITIONS, int(_found(spark, PARTITIONS))))
    for name, value in {**INTERPRETED, **WHOLE_PLANS, PARTITIONS: few}.items():
        found = _found(spark, name)
        spark.conf.set(FOUND + name, found)
        spark.conf.set(name, value if is_small else found)
    return spark


def _found(spark: SparkSession, name: str) -> str:
    """Return the value of a setting with which the session came."""
    return str(spark.conf.get(FOUND + name, spark.conf.get(name)))
