"""The event log of a run, for the Spark history server. On Glue it begins and ends with the run's session."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

PROCESSOR_TIME = "caudal.ProcessorTime"
"""Event of a plain log: nanoseconds of processor time of Python and Java during the run."""


def folder_of(arguments: Sequence[str]) -> str | None:
    """Return the folder for event logs that a run's arguments name, or None if they ask for no log."""
    options = dict(zip(arguments[::2], arguments[1::2], strict=False))
    return options.get("--spark-event-logs-path") if options.get("--enable-spark-ui") == "true" else None


@contextlib.contextmanager
def event_log(context: Any, folder: str, name: str, is_plain: bool = False) -> Iterator[None]:
    """Write the events of the SparkContext `context` below `folder`, as the log of the application `name`.

    Spark wants the folder to exist, so it is created. A plain log is one file of JSON lines; Spark by itself
    compresses and divides it. The last event of a plain log is PROCESSOR_TIME. Raises Py4JError if the log
    cannot be written.
    """
    jvm, scala = context._jvm, context._jsc.sc()
    conf = context._jsc.hadoopConfiguration()
    path = jvm.org.apache.hadoop.fs.Path(folder)
    path.getFileSystem(conf).mkdirs(path)
    settings = scala.conf()
    if is_plain:
        settings = settings.clone()
        settings.set("spark.eventLog.compress", "false").set("spark.eventLog.rolling.enabled", "false")
    listener = jvm.org.apache.spark.scheduler.EventLoggingListener(
        name, jvm.scala.Option.empty(), jvm.java.net.URI(folder), settings, conf
    )
    began = processor_time(jvm)
    listener.start()
    scala.addSparkListener(listener)
    try:
        yield
    finally:
        scala.listenerBus().waitUntilEmpty()
        scala.removeSparkListener(listener)
        listener.stop()
        if is_plain:
            event = {"Event": PROCESSOR_TIME, "Nanoseconds": processor_time(jvm) - began}
            with (Path(unquote(urlparse(folder).path)) / name).open("a", encoding="utf-8") as log:
                log.write(json.dumps(event) + "\n")


def processor_time(jvm: Any) -> int:
    """Return the nanoseconds of processor time that this process and its Java have used so far."""
    java = jvm.java.lang.ProcessHandle.current().info().totalCpuDuration()
    return time.process_time_ns() + int(java.get().toNanos())
