"""Marts: the tables that a domain publishes in gold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lake.model.columns import Column


class PartitionUnit(Enum):
    """The unit in which a published table is partitioned."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A published gold table, computed by `gold/<name>.py` from `inputs` (silver tables or other marts).

    - `grain`: the columns that identify a row. A run that would publish two rows with equal values fails.
    - `without_grain`: why no columns identify a row. A mart declares this or a grain.
    - `partition_by`, `dated_by`: the mart is partitioned by the month or year of the date column `dated_by`.
      A mart with neither is not partitioned, and each run rewrites it whole.
    - `whole`: each run recomputes the partitioned mart from all of its inputs (a model fitted on all data).
    - `model`: the model whose parameters `build` takes by that name; see `Model`.
    - `looked_up`: dated inputs that rows join by key regardless of the month; the job reads them whole.
      Of the other dated inputs the job reads only the months that it recomputes.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    inputs: tuple[str, ...]
    grain: tuple[str, ...] = ()
    without_grain: str = ""
    partition_by: PartitionUnit | None = None
    dated_by: str | None = None
    whole: bool = False
    looked_up: tuple[str, ...] = ()
    model: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether each run recomputes the mart from all of its inputs, whichever partitions are touched."""
        return self.whole or self.partition_by is None

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of what `build` takes: the inputs, and the model if the mart has one."""
        return self.inputs if self.model is None else (*self.inputs, self.model)

    @property
    def partition_keys(self) -> tuple[str, ...]:
        """Names of the partition keys: year and month, year, or none."""
        if self.partition_by is PartitionUnit.MONTH:
            return ("year", "month")
        return ("year",) if self.partition_by is PartitionUnit.YEAR else ()
