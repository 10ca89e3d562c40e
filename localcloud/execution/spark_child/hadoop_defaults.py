"""Hadoop's defaults for its own services, which a Spark that reads and writes local files does not need.

Spark sends Hadoop's configuration along with each scan and each write, and every task reads it again: a
thousand properties, almost all of them about YARN, MapReduce and remote file systems, take 12 to 15 ms of
processor time for each copy that is written.
"""

from __future__ import annotations

import json
from typing import Any

DEFAULTS = "-default.xml"
"""Ending of the resources whose properties nobody has set."""

NEEDED = (
    "file.",
    "fs.AbstractFileSystem.",
    "fs.defaultFS",
    "fs.file.",
    "fs.viewfs.",
    "hadoop.tmp.dir",
    "io.",
)
"""Beginnings of the defaults that files, codecs and mount tables are found by."""


def leave_out_defaults(spark: Any) -> None:
    """Remove Hadoop's defaults from the configuration of a Spark that has no remote file system.

    What Spark or its settings have set stays, and so do the defaults that NEEDED names. The others are those
    that Hadoop's code has as well.
    """
    context = spark.sparkContext
    jvm, conf = context._jvm, context._jsc.hadoopConfiguration()
    # Each of these adds a resource of defaults at its first use, upon which Hadoop reads all of them again.
    jvm.java.lang.Class.forName("org.apache.hadoop.mapred.JobConf")
    jvm.org.apache.hadoop.fs.FileSystem.get(jvm.java.net.URI("file:///"), conf)
    text = jvm.java.io.StringWriter()
    jvm.org.apache.hadoop.conf.Configuration.dumpConfiguration(conf, text)
    kept = [
        each
        for each in json.loads(text.toString())["properties"]
        if not each["resource"].endswith(DEFAULTS) or each["key"].startswith(NEEDED)
    ]
    conf.clear()
    for each in kept:
        conf.set(each["key"], each["value"], each["resource"])
