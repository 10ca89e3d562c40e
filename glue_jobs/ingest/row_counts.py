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

CHECKS_PER_NUMBER = 8
"""How many checks one number tells the failures of: few numbers are possible then, whatever the rows are."""


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
        outcome = F.when(~self._is_rejected, GOOD).when(is_open, OPEN).otherwise(REJECTED_ROW)
        result = {
            "rows": F.count(F.lit(1)),
            "files": F.collect_set("source_file"),
            "outcomes": tally(self._number * OUTCOMES + outcome),
        }
        for number, names in enumerate(self._groups()):
            result[f"checks_{number}"] = tally(F.when(F.size(FLAGS) > 0, self._failures(names)))
        return result

    def _groups(self) -> list[Sequence[str]]:
        return [
            self._checks[first : first + CHECKS_PER_NUMBER]
            for first in range(0, len(self._checks), CHECKS_PER_NUMBER)
        ]

    def _failures(self, names: Sequence[str]) -> Column:
        """Return a bit for each check that a row fails, and the lowest one if the row is rejected."""
        bits = (
            F.when(F.array_contains(FLAGS, name), 2 << place).otherwise(0) for place, name in enumerate(names)
        )
        return sum(bits, F.when(self._is_rejected, 1).otherwise(0))

    def counts(self, observed: Mapping[str, Any]) -> RowCounts:
        """Return the counts from the observed values of `aggregates`."""
        found: dict[int, Counter[str]] = {outcome: Counter() for outcome in (GOOD, REJECTED_ROW, OPEN)}
        for number, rows in tallied(observed["outcomes"]).items():
            key = self._by_number.get(number // OUTCOMES)
            if key is not None:
                found[number % OUTCOMES][key] += rows
        flagged, quarantined = self._by_check(observed)
        return RowCounts(
            rows=int(observed["rows"]),
            good=found[GOOD],
            rejected=found[REJECTED_ROW] + found[OPEN],
            open_lines=frozenset(found[OPEN]),
            flagged=flagged,
            quarantined=quarantined,
            unknown=frozenset(observed["files"] or ()) - self._keys,
        )

    def _by_check(self, observed: Mapping[str, Any]) -> tuple[Counter[str], Counter[str]]:
        """Return the rows that are flagged by each check, and those that it keeps out."""
        flagged, quarantined = (Counter(dict.fromkeys(self._checks, 0)) for _ in range(2))
        for number, names in enumerate(self._groups()):
            for bits, rows in tallied(observed[f"checks_{number}"]).items():
                by_check = quarantined if bits & 1 else flagged
                by_check.update({name: rows for place, name in enumerate(names) if bits & (2 << place)})
        return flagged, quarantined
