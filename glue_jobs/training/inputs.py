"""The inputs of a training, read while no file of theirs changes.

The pipeline publishes tables one after the other. Between two of them the listings may stand still, and one
input may be newer than the other: the fingerprints of the version say which costs it was trained on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.curation.workspace import Target, mart_target, silver_target
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import Listed, ObjectStore
from lake.errors import CaudalError
from lake.model.models import Model
from lake.model.spec import Domain

READS = 3
PAUSE_SECONDS = 20.0
"""Pause before reading again; the second is twice as long. A publication replaces files for some seconds."""


class ChangingInputsError(CaudalError):
    """The inputs changed during each attempt to read them."""

    def __init__(self, model: Model, reads: int) -> None:
        super().__init__(
            f"the inputs {', '.join(model.inputs)} changed while they were read, {reads} times.",
            where=f"training of model {model.name}",
            hint="The pipeline publishes: train again when it has ended.",
        )


def read_inputs(
    spark: SparkSession,
    store: ObjectStore,
    args: JobArguments,
    domain: Domain,
    model: Model,
    *,
    today: date,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, DataFrame]:
    """Return the rows of a model's inputs by name, without the rows of days to come.

    The files are listed before and after they are read. If the listings differ the files are read again, at
    most READS times. The rows are kept: nothing reads the files later. Raises ChangingInputsError.
    """
    targets = {name: _target(args, domain, name) for name in model.inputs}
    for attempt in range(READS):
        if attempt:
            sleep(PAUSE_SECONDS * attempt)
        before = {name: _listing(store, target) for name, target in targets.items()}
        try:
            rows = {
                name: _until(_rows(spark, store, target, before[name]), _day(domain, name), today)
                # Computed at once and cut off from its files: lost rows fail the job and are not read anew.
                .localCheckpoint(eager=True)
                for name, target in targets.items()
            }
        except (PySparkException, Py4JError, FileNotFoundError):
            # A file that was removed in between fails the read. Any other failure is the job's.
            if before == {name: _listing(store, target) for name, target in targets.items()}:
                raise
            continue
        if before == {name: _listing(store, target) for name, target in targets.items()}:
            return rows
    raise ChangingInputsError(model, READS)


def _target(args: JobArguments, domain: Domain, name: str) -> Target:
    if name in {mart.name for mart in domain.marts}:
        return mart_target(args, domain.mart(name))
    return silver_target(args, domain.table(name))


def _day(domain: Domain, name: str) -> str | None:
    """Return the column with the day of an input's rows; None if it has none."""
    marts = {mart.name: mart for mart in domain.marts}
    return marts[name].dated_by if name in marts else domain.table(name).dated_by


def _listing(store: ObjectStore, target: Target) -> list[tuple[str, str, int]]:
    """Return key, etag and size of the data files of a table."""
    return [
        (item.key, item.etag, item.size)
        for item in store.list(target.bucket, target.prefix)
        if _is_data(item, target)
    ]


def _is_data(item: Listed, target: Target) -> bool:
    path = item.key.removeprefix(target.prefix)
    name = path.rpartition("/")[2]
    return path.count("/") == len(target.keys) and name.endswith(".parquet") and name[0] not in "._"


def _rows(
    spark: SparkSession, store: ObjectStore, target: Target, listing: list[tuple[str, str, int]]
) -> DataFrame:
    columns = [field.name for field in target.schema.fields if field.name not in target.keys]
    if not listing:
        return spark.createDataFrame([], target.schema).select(*columns)
    reader = spark.read.schema(target.schema).option("basePath", store.url(target.bucket, target.prefix))
    return reader.parquet(*(store.url(target.bucket, key) for key, _, _ in listing)).select(*columns)


def _until(rows: DataFrame, day: str | None, today: date) -> DataFrame:
    if day is None:
        return rows
    return rows.where(F.coalesce(F.col(day).cast("date") <= F.lit(today), F.lit(True)))
