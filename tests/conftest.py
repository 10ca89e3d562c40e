"""The Spark session that all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from glue_jobs.runtime.session import INTERPRETED, WHOLE_PLANS, configure
from localcloud.execution.spark_child.hadoop_defaults import leave_out_defaults
from localcloud.execution.spark_settings import FEW_THREADS, WITHOUT_UI
from localcloud.java.start import quick_start
from tests import plain_files
from tests.plain_files import use_plain_files

pytest_plugins = [
    f"tests.plugins.{name}"
    for name in ("watchdog", "environment", "groups", "garbage", "service_models", "java_names")
]

SMALL = {
    **WITHOUT_UI,
    **FEW_THREADS,
    **plain_files.SETTINGS,
    # Not 16 MB for each sort.
    "spark.buffer.pageSize": "1m",
    # What tests send and shuffle is small, and stays in memory or in the page cache.
    "spark.broadcast.compress": "false",
    "spark.broadcast.checksum": "false",
    "spark.shuffle.compress": "false",
    "spark.shuffle.checksum.enabled": "false",
    "spark.driver.memory": "1500m",
    "spark.scheduler.mode": "FAIR",
    # Tests have a handful of rows: starting a task costs more than its work.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
    # Compiling a small query takes longer than running it. tests/domains/*/reference compile theirs, too, in
    # one of their modes; the jobs of the end-to-end tests do not, because their samples are too small.
    **INTERPRETED,
    # The text of each query's plan, which Spark makes for its UI: not the long form.
    "spark.sql.ui.explainMode": "simple",
    # For each part of an expression PySpark would look at Python's stack, and tell Java of the line.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    # With one compiler Java reserves 48 MB for compiled code; when they are full, it interprets later code.
    # It would verify the bytecode of each of Spark's classes before their first use.
    # Garbage is looked for less often with more room for it.
    "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmn400m"
    " -XX:ReservedCodeCacheSize=256m -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the corpus of calls and the parts of the checks; see `conformance`."""
    parser.addoption(
        "--record-calls",
        nargs="?",
        const="add",
        default="",
        choices=("add", "anew"),
        help="add the calls that roles make to the committed corpus, or (anew) keep none but them",
    )
    parser.addoption("--shared", default="", help="folder of what the parts of the conformance checks share")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A small local session with the settings of the jobs."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    scratch = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]").appName("caudal-tests")
    places = {"spark.local.dir": scratch, "spark.sql.warehouse.dir": scratch / "warehouse"}
    settings, variables = quick_start({name: str(value) for name, value in {**SMALL, **places}.items()})
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value)
        session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    use_plain_files(session)
    leave_out_defaults(session)
    configure(session)
    # As in the jobs' small runs: queries are planned once, not anew after each of their stages.
    for name, value in WHOLE_PLANS.items():
        session.conf.set(name, value)
    yield session
    session.stop()
