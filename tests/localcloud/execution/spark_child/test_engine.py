"""The Spark session of a worker."""

from __future__ import annotations

from tests.localcloud.execution.conftest import Cloud


def test_lost_jvm_fails_the_run(cloud: Cloud) -> None:
    script = "from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate()._jvm.System.exit(1)\n"
    cloud.put_job("jvmless", script)

    assert cloud.run("jvmless")["JobRunState"] == "FAILED"
