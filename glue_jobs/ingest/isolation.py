"""Finds the files that the reader cannot read, whatever they do to Spark, so that the others are ingested.

A file may raise an exception, take forever, or end the process. The first two are found in the run: if a
table's files fail together, each is tried by itself, twice. The third is found by the next runs: the files
that a run was reading when it died are read one by one, and a file that ends two runs by itself is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from glue_jobs.ingest.landing import LandedFile
from glue_jobs.ledger.attempts import Attempts
from glue_jobs.ledger.ledger import FileEntry
from glue_jobs.runtime.limits import TimeLimitError, within
from lake.errors import CaudalError
from lake.files.checks import FILE_UNREADABLE

TRIES = 2
"""How often a file has to fail by itself."""

BASE_SECONDS = 300.0
SECONDS_PER_BYTE = 1e-6
"""A file takes forever if it takes more than five minutes and a second for each megabyte."""

WORKING_SECONDS = 60.0
"""How long Spark may take for a single row, if it works at all."""

FAILURES = (Py4JJavaError, PySparkException, TimeLimitError)

Try = Callable[[Sequence[LandedFile]], object]
"""Reads files as far as bronze, and discards the result."""


def seconds_for(files: Sequence[LandedFile]) -> float:
    """Return how many seconds reading these files together may take."""
    return BASE_SECONDS + SECONDS_PER_BYTE * sum(file.size for file in files)


@dataclass(frozen=True, kw_only=True)
class Isolation:
    """Tries files of one table one by one with `attempt`."""

    spark: SparkSession
    where: str
    attempt: Try

    def failing(self, files: Sequence[LandedFile]) -> dict[str, str]:
        """Return key → why it is rejected, of the files that fail twice by themselves.

        Raises CaudalError if Spark does not work without them either: then no file is to blame.
        """
        return {file.key: reason for file in files if (reason := self.reason(file))}

    def reason(self, file: LandedFile) -> str | None:
        """Return why the reader fails on this file, twice and by itself; None if it does not."""
        reason = None
        for _ in range(TRIES):
            try:
                within(self.spark, seconds_for([file]), lambda: self.attempt([file]))
            except FAILURES as error:
                reason = f"the file cannot be read: {root_cause(error)}"
                self._require_working(file, error)
            else:
                return None
        return reason

    def _require_working(self, file: LandedFile, error: Exception) -> None:
        try:
            within(self.spark, WORKING_SECONDS, lambda: self.spark.range(1).repartition(2).collect())
        except FAILURES as other:
            raise CaudalError(
                f"Spark does not work any more ({root_cause(other)}) after it failed on a file "
                f"({root_cause(error)}).",
                where=f"{self.where}, {file.key}",
                hint="Start the pipeline again: the next run reads the files one by one, and rejects one "
                "that stops it twice.",
            ) from error


def root_cause(error: Exception) -> str:
    """Return the innermost message of a failure of Spark, on one line."""
    causes = [line for line in str(error).splitlines() if "Exception" in line or "Error" in line]
    innermost = next((line for line in reversed(causes) if "Caused by" in line), (causes or [str(error)])[0])
    return innermost.removeprefix("Caused by: ").strip()[:300]


def reject_suspects(
    attempts: Attempts, files: Sequence[LandedFile], isolation: Callable[[LandedFile], Isolation]
) -> Iterator[FileEntry]:
    """Read the suspects among `files` one by one; yield the ledger entries of those that are rejected.

    A run that dies meanwhile has recorded which file it was reading.
    """
    for file in files:
        version = (file.key, file.version)
        if version not in attempts.suspects:
            continue
        deaths = attempts.deaths(version)
        if deaths >= TRIES:
            yield file.rejected(
                FILE_UNREADABLE,
                f"{deaths} runs ended without an answer while they read this file by itself: it takes "
                "more memory or time than a run has",
            )
            continue
        attempts.begin_alone(version)
        if reason := isolation(file).reason(file):
            yield file.rejected(FILE_UNREADABLE, reason)
