"""A process with its own Java, of a given heap, that runs the streaming job once.

`python -m tests.glue_jobs.streaming.chaos.small_heap ROOT HEAP`, where HEAP is a size like 1500m. It prints
the run's summary as JSON, and exits with another status than 0 if Java runs out of memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[4]
JAVA = "-Duser.timezone=UTC -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError"


def run_with_heap(root: Path, heap: str) -> dict[str, Any]:
    """Run the streaming job over the buckets in `root` and return its summary. Raises RuntimeError."""
    module = "tests.glue_jobs.streaming.chaos.small_heap"
    command = [sys.executable, "-m", module, str(root), heap]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if process.returncode:
        raise RuntimeError(f"the run ended with {process.returncode}: {process.stderr[-3000:]}")
    summary: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return summary


def main(root: Path, heap: str) -> None:
    """Run the streaming job once (available-now), with the settings of the jobs and two threads."""
    from pyspark.sql import SparkSession

    from glue_jobs.runtime.session import configure
    from localcloud.execution.spark_settings import WITHOUT_UI
    from tests.glue_jobs.streaming.conftest import StreamPipeline

    settings = {**WITHOUT_UI, "spark.driver.memory": heap, "spark.driver.extraJavaOptions": JAVA}
    builder = SparkSession.builder.master("local[2]").appName("small-heap")
    for name, value in {**settings, "spark.local.dir": str(root / "spark")}.items():
        builder = builder.config(name, value)
    spark = configure(builder.getOrCreate())
    print(json.dumps(StreamPipeline(spark, root).stream()))
    spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
