"""Runs in one process do not affect each other."""

from __future__ import annotations

from tests.localcloud.execution.conftest import Cloud


def test_changed_library_is_imported_again(cloud: Cloud) -> None:
    script = "from rates import RATE\nprint('rate', RATE)\n"
    cloud.put_job("rated", script, {"rates.py": "RATE = 1\n"})
    first = cloud.run("rated")
    cloud.put_job("rated", script, {"rates.py": "RATE = 2\n"})

    second = cloud.run("rated")

    assert "rate 1" in cloud.log(first)
    assert "rate 2" in cloud.log(second)


def test_run_starts_with_fresh_modules_settings_and_environment(cloud: Cloud) -> None:
    script = """
import os, counter
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
counter.value += 1
print("counted", counter.value, spark.conf.get("spark.sql.caseSensitive"), os.environ.get("LEFT"))
print("tables", spark.catalog.listTables())
spark.range(1).createOrReplaceTempView("left_over")
spark.conf.set("spark.sql.caseSensitive", "true")
os.environ["LEFT"] = "over"
"""
    cloud.put_job("counter", script, {"counter.py": "value = 0\n"})
    cloud.run("counter")

    log = cloud.log(cloud.run("counter"))
    assert "counted 1 false None" in log
    assert "tables []" in log
