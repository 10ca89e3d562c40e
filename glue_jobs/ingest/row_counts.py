"""The numbers of rows of a table in a batch, by file and by check, observed while the rows are staged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from glue_jobs.quality.checks import OPEN_LINE
from glue_jobs.runtime.rows import FLAGS
from glue_jobs.runtime.tallies import numbered, tallied, tally
from lake.model.spec import Table

GOOD, REJECTED_ROW, OPEN = 0, 1, 2
"""What becomes of a row: it is good, it is quarantined, or its file is to be read again by records."""
OUTCOMES = 3


@dataclass(frozen=True, kw_only=True)
class RowCounts:
    """How many rows of a table were staged (`rows`), and how many of them are known by file and by check.

    `good` and `rejected` have the rows of each file; `open_lines` has the files in which a line ends inside
    quotes, whose rows are counted as rejected, too. `flagged` and `quarantined` have the rows of each check.
    `unknown` are the paths of rows that come from none of the files.
    """

    rows: int
    good: Counter[str]
    rejected: Counter[str]
    open_lines: frozenset[str]
    flagged: Counter[str]
    quarantined: Counter[str]
    unknown: frozenset[str]

    @property
    def by_file(self) -> int:
        """The number of rows whose file is known: all of them, or some are missing."""
        return self.good.total() + self.rejected.total()


class RowCounter:
    """Counts the rows of some files of a table, without a query of its own."""

    def __init__(self, table: Table, keys: Sequence[str], is_rejected: Column) -> None:
        """Prepare to count staged rows: FLAGS has the failed checks of a row that `is_rejected`."""
        self._checks = table.check_names()
        self._keys = frozenset(keys)
        self._is_rejected = is_rejected
        self._number, self._by_number = numbered(F.col("source_file"), keys)

    def aggregates(self) -> dict[str, Column]:
        """Return aggregates over the staged rows, to be observed while they are written."""
        is_open = F.array_contains(FLAGS, OPEN_LINE)
        has_names = F.size(FLAGS) > 0
        outcome = F.when(~self._is_rejected, GOOD).when(is_open, OPEN).otherwise(REJECTED_ROW)
        result = {
            "rows": F.count(F.lit(1)),
            "files": F.collect_set("source_file"),
            "outcomes": tally(self._number * OUTCOMES + outcome),
        }
        for number, name in enumerate(self._checks):
            fails = has_names & F.array_contains(FLAGS, name)
            result[f"flagged_{number}"] = F.count_if(fails & ~self._is_rejected)
            result[f"quarantined_{number}"] = F.count_if(fails & self._is_rejected)
        return result

    def counts(self, observed: Mapping[str, Any]) -> RowCounts:
        """Return the counts from the observed values of `aggregates`."""
        found: dict[int, Counter[str]] = {outcome: Counter() for outcome in (GOOD, REJECTED_ROW, OPEN)}
        for number, rows in tallied(observed["outcomes"]).items():
            key = self._by_number.get(number // OUTCOMES)
            if key is not None:
                found[number % OUTCOMES][key] += rows
        return RowCounts(
            rows=int(observed["rows"]),
            good=found[GOOD],
            rejected=found[REJECTED_ROW] + found[OPEN],
            open_lines=frozenset(found[OPEN]),
            flagged=self._by_check("flagged", observed),
            quarantined=self._by_check("quarantined", observed),
            unknown=frozenset(observed["files"] or ()) - self._keys,
        )

    def _by_check(self, kind: str, observed: Mapping[str, Any]) -> Counter[str]:
        return Counter({name: int(observed[f"{kind}_{number}"]) for number, name in enumerate(self._checks)})
