"""How long the named queries of a domain take over a connection that has been used before."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measure import NAMES
from lake.model.spec import Domain
from localcloud.client import named_queries, run_query

ROUNDS = 5
"""Times that each query is measured, after one that is not."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """Milliseconds of each measured round of a query, from its start to its last row."""

    name: str
    milliseconds: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.milliseconds)


def query_times(
    athena: Any,
    queries: Mapping[str, str],
    *,
    database: str,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Times]:
    """Run all queries ROUNDS + 1 times, and return the times without those of the first round, by name.

    Raises LocalCloudError if a query fails.
    """
    found: dict[str, list[float]] = {name: [] for name in sorted(queries)}
    for _ in range(ROUNDS + 1):
        for name, times in found.items():
            began = clock()
            run_query(athena, queries[name], database=database, workgroup=NAMES.workgroup)
            times.append((clock() - began) * 1000)
    return [Times(name=name, milliseconds=times[1:]) for name, times in found.items()]


def measure_queries(athena: Any, domain: Domain, console: Console) -> None:
    """Print the times of a domain's named queries, and that of the median and of the slowest one."""
    database = NAMES.database(domain.name, "gold")
    queries = {
        name: sql
        for (owner, name), sql in named_queries(athena, NAMES.workgroup).items()
        if owner == database
    }
    found = query_times(athena, queries, database=database)
    table = Table("query", title=f"Named queries, median of {ROUNDS}", title_justify="left")
    table.add_column("milliseconds", justify="right")
    for each in sorted(found, key=lambda each: -each.median):
        table.add_row(each.name, f"{each.median:.0f}")
    console.print(table)
    slowest = max(found, key=lambda each: each.median)
    console.print(
        f"named queries, warm: median {median(each.median for each in found):.0f} ms, "
        f"slowest {slowest.median:.0f} ms ({slowest.name})"
    )
