"""Lets a test's Spark use local files without their permissions.

Without its native library, Hadoop forks `chmod` or `ls` for each file and folder that it makes or looks at,
and writes a file of checksums beside each. The local cloud's workers leave both out, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

import localcloud.execution.spark_child

SOURCE = Path(localcloud.execution.spark_child.__file__).with_name("PlainLocalFileSystem.java")

WITHOUT_CHECKSUMS = """
package caudal;

public class PlainFiles extends org.apache.hadoop.fs.LocalFileSystem {
    public PlainFiles() {
        super(new PlainLocalFileSystem());
        setWriteChecksum(false);
        setVerifyChecksum(false);
    }
}
"""

SETTINGS = {
    # Hadoop's other interface to files would fork again.
    "spark.sql.streaming.checkpointFileManagerClass": "org.apache.spark.sql.execution.streaming."
    "checkpointing.FileSystemBasedCheckpointFileManager",
}


def use_plain_files(spark: SparkSession) -> None:
    """Make Hadoop's cached file system of this machine one without permissions and checksums."""
    jvm: Any = spark.sparkContext._jvm
    loader: Any = None
    for source in (SOURCE.read_text(encoding="utf-8"), WITHOUT_CHECKSUMS):
        compiler = jvm.org.codehaus.janino.SimpleCompiler()
        if loader is not None:
            compiler.setParentClassLoader(loader)
        compiler.cook(source)
        loader = compiler.getClassLoader()
    context: Any = spark.sparkContext
    conf = jvm.org.apache.hadoop.conf.Configuration(context._jsc.hadoopConfiguration())
    conf.setClassLoader(loader)
    conf.set("fs.file.impl", "caudal.PlainFiles")
    jvm.org.apache.hadoop.fs.FileSystem.closeAll()
    jvm.org.apache.hadoop.fs.FileSystem.get(jvm.java.net.URI("file:///"), conf)
