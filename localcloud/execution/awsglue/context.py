"""`awsglue.context`: access to the run's Spark session."""

from __future__ import annotations

import logging
from typing import Any

from pyspark import SparkContext
from pyspark.sql import SparkSession


class GlueContext:
    """Wraps the run's Spark session. DynamicFrames are not supported."""

    def __init__(self, sparkContext: SparkContext | None = None, **_options: Any) -> None:
        self.spark_session = SparkSession.builder.getOrCreate()
        self.sparkSession = self.spark_session
        self._sc = sparkContext or self.spark_session.sparkContext

    def get_logger(self) -> logging.Logger:
        """Return a logger (`info`, `warn`, `error`, …) that writes to the run's log."""
        return logging.getLogger("glue")
