"""A time limit for Spark jobs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar
from uuid import uuid4

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from lake.errors import CaudalError

Result = TypeVar("Result")

_INTERRUPT = "spark.job.interruptOnCancel"
REPEAT_SECONDS = 1.0
"""Pause between two cancellations: a query may start further jobs."""


class TimeLimitError(CaudalError):
    """Spark jobs were cancelled because they took longer than they may."""


def within(spark: SparkSession, seconds: float, work: Callable[[], Result]) -> Result:
    """Return the result of `work`, whose Spark jobs are cancelled after so many seconds.

    Raises TimeLimitError then. A task that ignores its cancellation keeps its core.
    """
    context = spark.sparkContext
    tag, ended, expired = f"limited-{uuid4().hex}", Event(), Event()

    def watch() -> None:
        if ended.wait(seconds):
            return
        expired.set()
        while not ended.is_set():
            context.cancelJobsWithTag(tag)
            ended.wait(REPEAT_SECONDS)

    before = context.getLocalProperty(_INTERRUPT)
    context.addJobTag(tag)
    context.setInterruptOnCancel(True)
    watcher = Thread(target=watch, daemon=True, name=tag)
    watcher.start()
    try:
        return work()
    except (Py4JJavaError, PySparkException) as error:
        if not expired.is_set():
            raise
        raise TimeLimitError(f"Spark took longer than {seconds:.0f} seconds.") from error
    finally:
        ended.set()
        watcher.join()
        context.removeJobTag(tag)
        context.setLocalProperty(_INTERRUPT, before)  # type: ignore[arg-type] # None removes it
