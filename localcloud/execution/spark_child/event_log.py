"""The event log of a run, for the Spark history server. On Glue it begins and ends with the run's session."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any


def folder_of(arguments: Sequence[str]) -> str | None:
    """Return the folder for event logs that a run's arguments name, or None if they ask for no log."""
    options = dict(zip(arguments[::2], arguments[1::2], strict=False))
    return options.get("--spark-event-logs-path") if options.get("--enable-spark-ui") == "true" else None


@contextlib.contextmanager
def event_log(context: Any, folder: str, name: str, is_plain: bool = False) -> Iterator[None]:
    """Write the events of the SparkContext `context` below `folder`, as the log of the application `name`.

    Spark wants the folder to exist, so it is created. A plain log is one file of JSON lines; Spark by itself
    compresses and divides it. Raises Py4JError if it cannot be written.
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
    listener.start()
    scala.addSparkListener(listener)
    try:
        yield
    finally:
        scala.listenerBus().waitUntilEmpty()
        scala.removeSparkListener(listener)
        listener.stop()
