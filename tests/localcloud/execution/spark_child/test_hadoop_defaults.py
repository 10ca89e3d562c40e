"""Jobs go without Hadoop's defaults for services that no folder needs, and read and write as before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.execution.conftest import Cloud
from tests.localcloud.execution.spark_child.test_bucket_file_system import run_as

SCRIPT = """
import json
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
found = {}
frame = spark.range(3).selectExpr("id", "concat('row ', id) as text")
for form, compression in (("parquet", "snappy"), ("csv", "gzip"), ("json", "bzip2")):
    target = f"s3://lake/defaults/{form}"
    frame.coalesce(1).write.format(form).option("compression", compression).save(target)
    rows = spark.read.schema("id bigint, text string").format(form).load(target).orderBy("id").collect()
    found[form] = [row.text for row in rows]
# After all uses, each of which could have made Hadoop read its defaults again.
conf = spark._jsc.hadoopConfiguration()
text = spark._jvm.java.io.StringWriter()
spark._jvm.org.apache.hadoop.conf.Configuration.dumpConfiguration(conf, text)
found["names"] = [each["key"] for each in json.loads(text.toString())["properties"]]
found["committer"] = conf.get("mapreduce.fileoutputcommitter.algorithm.version")
found["file system"] = conf.get("fs.defaultFS")
print("FOUND", json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(cloud: Cloud) -> dict[str, Any]:
    """What a job found that wrote and read files of three forms."""
    return run_as(cloud, "defaults", cloud.role, SCRIPT)


def test_properties_of_services_are_gone_and_what_was_set_stays(found: dict[str, Any]) -> None:
    assert not [
        name for name in found["names"] if name.startswith(("dfs.", "yarn.", "ipc.", "mapreduce.job"))
    ]
    assert found["committer"] == "2"
    assert found["file system"] == "file:///"


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_files_are_written_and_read(found: dict[str, Any], form: str) -> None:
    assert found[form] == ["row 0", "row 1", "row 2"]
