"""Settings of the local Spark workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.execution.spark_settings import S3A, spark_settings


def test_streaming_lane_has_the_smaller_heap(tmp_path: Path) -> None:
    batch, streaming = spark_settings(tmp_path), spark_settings(tmp_path, "streaming")

    assert (batch["spark.driver.memory"], streaming["spark.driver.memory"]) == ("1400m", "800m")


@pytest.mark.parametrize(("short_runs", "has_one_compiler"), [(False, False), (True, True)])
def test_short_runs_leave_out_the_optimising_compiler(
    tmp_path: Path, short_runs: bool, has_one_compiler: bool
) -> None:
    options = spark_settings(tmp_path, short_runs=short_runs)["spark.driver.extraJavaOptions"].split()

    assert ("-XX:TieredStopAtLevel=1" in options) == has_one_compiler
    assert any(option.startswith("-XX:Tier4") for option in options) != has_one_compiler


def test_temporary_files_lie_in_the_scratch_folder(tmp_path: Path) -> None:
    settings = spark_settings(tmp_path)

    assert settings["spark.local.dir"] == str(tmp_path)
    assert settings["spark.sql.warehouse.dir"] == (tmp_path / "warehouse").as_uri()
    assert f"-Djava.io.tmpdir={tmp_path}" in settings["spark.driver.extraJavaOptions"].split()


def test_s3a_differs_from_hadoops_defaults_in_endpoint_and_addressing_only(tmp_path: Path) -> None:
    jars = (Path("/jars/hadoop-aws.jar"), Path("/jars/bundle.jar"))
    settings = spark_settings(tmp_path, s3a=S3A("http://127.0.0.1:1", "us-east-1", jars))

    hadoop = {name: value for name, value in settings.items() if name.startswith("spark.hadoop.")}
    assert hadoop == {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:1",
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }
    assert settings["spark.driver.extraClassPath"] == "/jars/hadoop-aws.jar:/jars/bundle.jar"


def test_end_of_a_stream_does_not_wait_long_for_its_state_store(tmp_path: Path) -> None:
    settings = spark_settings(tmp_path, "streaming")
    assert settings["spark.sql.streaming.stateStore.maintenanceShutdownTimeout"] == "5s"
