"""What the runs of a Glue job did, counted on the local cloud, and its form in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lake.errors import CaudalError

HISTORY, MONTH, SAMPLE = "history", "month", "sample"
"""Sizes: a domain's whole history in one upload, one more month after 70, the committed sample."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What `runs` runs of a job did together.

    - `spark_jobs`, `stages`, `tasks`: numbers. `processor`: seconds of processor time of the tasks. `driver`:
      seconds in which no task ran, `driver_processor`: processor time that is not that of tasks. Seconds
      depend on the machine, and those without a task on what else it does; the numbers hardly do.
    - `bytes_read`, `bytes_written`, `files_read`, `files_written`: by Spark's tasks. A file counts for each
      scan that reads it.
    - `listed`, `read`, `copied`, `written`, `deleted`: requests to S3 of the job's own code, by what they do.
      A listing of more than 1,000 objects, or a deletion of up to as many, is one request per 1,000.
    """

    runs: int = 1
    spark_jobs: int = 0
    stages: int = 0
    tasks: int = 0
    processor: float = 0.0
    driver: float = 0.0
    driver_processor: float = 0.0
    bytes_read: int = 0
    bytes_written: int = 0
    files_read: int = 0
    files_written: int = 0
    listed: int = 0
    read: int = 0
    copied: int = 0
    written: int = 0
    deleted: int = 0

    @classmethod
    def of(cls, runs: Iterable[Measures]) -> Measures:
        """Return the measures of several runs together."""
        added = list(runs)
        return cls(**{each.name: sum(getattr(run, each.name) for run in added) for each in fields(cls)})

    @property
    def requests(self) -> int:
        """Requests to S3 of the job's own code."""
        return self.listed + self.read + self.copied + self.written + self.deleted


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Measures of a job of a domain, at a size: the name of what its runs had to do.

    A job has a record for each of its runs.
    """

    domain: str
    job: str
    size: str
    measures: Measures

    def to_json(self) -> dict[str, Any]:
        """Return the record as one flat object, seconds rounded to hundredths."""
        figures = {
            name: round(value, 2) if isinstance(value, float) else value
            for name, value in asdict(self.measures).items()
        }
        return {"domain": self.domain, "job": self.job, "size": self.size, **figures}


def recorded_from(found: Mapping[str, Any]) -> Recorded:
    """Return the record that `Recorded.to_json` made this object of.

    Raises CaudalError if the object has other fields.
    """
    key = {name: found.get(name, "") for name in ("domain", "job", "size")}
    figures = {name: value for name, value in found.items() if name not in key}
    expected = {each.name for each in fields(Measures)}
    if figures.keys() != expected or "" in key.values():
        differing = ", ".join(sorted(figures.keys() ^ expected)) or "domain, job or size is missing"
        raise CaudalError(
            f"the record of a job's measures has other fields: {differing}.",
            where=" ".join(map(str, key.values())),
            hint="Record it again: caudal bench --record.",
        )
    return Recorded(**key, measures=Measures(**figures))
