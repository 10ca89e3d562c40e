"""The Spark settings of the local workers.

These settings choose where Spark runs, how much memory it may use, and which folder `s3://<bucket>/` is.
Settings that change results are set by the jobs themselves.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HEAPS = {"batch": "1400m", "streaming": "800m"}
"""Java heap by lane. With the rest of the JVMs and Python, both workers stay below 4 GB resident."""

LATE_COMPILER = (
    "-XX:Tier4InvocationThreshold=100000",
    "-XX:Tier4MinInvocationThreshold=50000",
    "-XX:Tier4CompileThreshold=200000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
"""Twenty times Java's default thresholds for the optimising (C2) compiler. In a short run, compiling costs
more than the faster code saves; only code that processes about a million rows is worth it."""

QUICK_COMPILER = ("-XX:TieredStopAtLevel=1",)
"""Only the quick (C1) compiler, without the counters that the other one needs."""

FEW_THREADS = {
    # By default Spark starts up to 1,024 threads for exchanges, and each thread keeps its session in memory.
    "spark.sql.shuffleExchange.maxThreadThreshold": "16",
    "spark.sql.resultQueryStage.maxThreadThreshold": "16",
}

WITHOUT_UI = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Spark keeps the history of queries in memory even when the UI is disabled.
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "200",
    "spark.sql.ui.retainedExecutions": "5",
}

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class S3A:
    """Spark's access to S3 over HTTP: the endpoint, the region, and the jars of Hadoop's S3A client.

    Spark does not include these jars.
    """

    endpoint: str
    region: str
    jars: tuple[Path, ...]


def spark_settings(
    scratch: Path, lane: str = "batch", s3a: S3A | None = None, short_runs: bool = False
) -> dict[str, str]:
    """Return the Spark configuration of a lane's worker. `scratch` holds its temporary files.

    `s3://` is resolved by Hadoop's S3A client with `s3a`, otherwise to folders. With `short_runs` Java has
    its quick compiler alone: what a worker does within some minutes does not repay the other one's work.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
    java = [
        "-Duser.timezone=UTC",
        f"-Dlog4j2.configurationFile={(HERE / 'log4j2.properties').as_uri()}",
        f"-Djava.io.tmpdir={scratch}",
        "-XX:+UseParallelGC",
        *(QUICK_COMPILER if short_runs else LATE_COMPILER),
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
        # For each part of an expression PySpark would look at Python's stack, to name its line when a value
        # fails. A job's traceback names the line that ran the query in any case.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        # Stopping the state store holds a lock that its maintenance may wait for, by default for 300 s.
        "spark.sql.streaming.stateStore.maintenanceShutdownTimeout": "5s",
        "spark.sql.shuffle.partitions": str(2 * cores),
        # Listing local folders in the driver is faster than in a Spark job.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
        **(_s3_over_http(s3a) if s3a else _s3_as_folders()),
    }


def _s3_as_folders() -> dict[str, str]:
    """Return the settings that resolve `s3://` through a mount table; see `spark_child/engine.py`."""
    settings = {
        # The worker compiles it. Hadoop finds it in its cache only, where the worker puts it for each bucket.
        "fs.s3.impl": "caudal.BucketFileSystem",
        "fs.viewfs.overload.scheme.target.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        # Writes no .crc file beside each object.
        "fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        # No _SUCCESS object; committed tasks move their files to the final place at once.
        "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        "mapreduce.fileoutputcommitter.algorithm.version": "2",
    }
    return {f"spark.hadoop.{name}": value for name, value in settings.items()}


def _s3_over_http(s3a: S3A) -> dict[str, str]:
    """Return the settings that resolve `s3://` through S3A, which otherwise keeps Hadoop's defaults.

    The credentials are set for each run; see `spark_child/engine.py`.
    """
    settings = {
        "fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "fs.s3a.endpoint": s3a.endpoint,
        "fs.s3a.endpoint.region": s3a.region,
        "fs.s3a.path.style.access": "true",
    }
    return {
        # `spark.jars` would copy the jars, which are large, for each worker.
        "spark.driver.extraClassPath": ":".join(str(jar) for jar in s3a.jars),
        **{f"spark.hadoop.{name}": value for name, value in settings.items()},
    }
