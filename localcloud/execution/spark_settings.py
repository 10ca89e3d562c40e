"""The Spark settings and the Java that stand for the cluster on this machine.

Settings that results depend on are the jobs' own business; these only say where Spark runs, how
much it may take, and that `s3://<bucket>/` is a folder.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localcloud.errors import LocalCloudError

HEAPS = {"batch": "1400m", "streaming": "800m"}
"""Java heap of a lane's worker: with the JVM's own needs and Python both stay below 4 GB resident."""

LATE_COMPILER = (
    "-XX:Tier4InvocationThreshold=100000",
    "-XX:Tier4MinInvocationThreshold=50000",
    "-XX:Tier4CompileThreshold=200000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
"""Twenty times Java's own limits. Most runs are short, and the second compiler would cost more than its
code gains; what a million rows pass through is worth it."""

FEW_THREADS = {
    # Spark starts a thread for each exchange, up to these 1,024, and each keeps the session that it is of.
    "spark.sql.shuffleExchange.maxThreadThreshold": "16",
    "spark.sql.resultQueryStage.maxThreadThreshold": "16",
}

WITHOUT_UI = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # What the disabled UI would remember of a thousand queries is kept in memory all the same.
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "200",
    "spark.sql.ui.retainedExecutions": "5",
}

HERE = Path(__file__).resolve().parent


def java_home() -> Path:
    """The Java installation to use: JAVA_HOME, else `java` on the PATH, else the newest in /usr/lib/jvm.

    Raises LocalCloudError when there is none.
    """
    named = os.environ.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").exists():
        return Path(named)
    found = shutil.which("java")
    if found:
        return Path(found).resolve().parent.parent
    installed = sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    if installed:
        return installed[-1].parent.parent
    raise LocalCloudError(
        "Spark needs Java 17 or 21, and there is none.",
        where="JAVA_HOME, PATH, /usr/lib/jvm",
        hint="Install a JRE (apt-get install openjdk-17-jre-headless) or set JAVA_HOME.",
    )


def spark_settings(scratch: Path, lane: str = "batch") -> dict[str, str]:
    """Spark configuration of a lane's worker whose temporary files lie in `scratch`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    java = [
        "-Duser.timezone=UTC",
        f"-Dlog4j2.configurationFile={(HERE / 'log4j2.properties').as_uri()}",
        f"-Djava.io.tmpdir={scratch}",
        "-XX:+UseParallelGC",
        *LATE_COMPILER,
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:MaxMetaspaceSize=384m",
        "-XX:ReservedCodeCacheSize=160m",
    ]
    return {
        "spark.master": f"local[{cores}]",
        "spark.app.name": "glue",
        "spark.driver.memory": HEAPS.get(lane, HEAPS["streaming"]),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(java),
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": (scratch / "warehouse").as_uri(),
        "spark.sql.catalogImplementation": "in-memory",
        **WITHOUT_UI,
        **FEW_THREADS,
        "spark.scheduler.mode": "FAIR",
        "spark.speculation": "false",
        "spark.sql.shuffle.partitions": str(2 * cores),
        # Listing folders of a local disk is faster than a Spark job that does it.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
        **_s3_as_folders(),
    }


def _s3_as_folders() -> dict[str, str]:
    settings = {
        "fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        "fs.viewfs.overload.scheme.target.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        # No .crc file beside each object.
        "fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        # No _SUCCESS object, and files at their place as soon as their task has committed.
        "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
    }
    return {f"spark.hadoop.{name}": value for name, value in settings.items()}
