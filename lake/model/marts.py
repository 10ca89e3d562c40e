"""The tables that are published in gold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lake.model.columns import Column


class Every(Enum):
    """The unit in which a published table is partitioned."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Mart:
    """A published gold table, computed by `gold/<name>.py` from `inputs` (silver or other marts).

    - `every`, `dated_by`: partitioned by the month or year of that date; both None: rewritten whole.
    - `whole`: recomputed from all of its inputs though partitioned (a model fitted on everything).
    - `looked_up`: dated inputs that rows join by key in whatever month they lie, and so are read
      whole. The other dated inputs are narrowed to the months that are recomputed.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    inputs: tuple[str, ...]
    every: Every | None = None
    dated_by: str | None = None
    whole: bool = False
    looked_up: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Recomputed from all of its inputs, whatever was touched."""
        return self.whole or self.every is None

    @property
    def partition_keys(self) -> tuple[str, ...]:
        if self.every is Every.MONTH:
            return ("year", "month")
        return ("year",) if self.every is Every.YEAR else ()
