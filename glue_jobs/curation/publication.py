"""Publishes staged partitions: tables in the order of their inputs, the files of equal ranks concurrently.

A table's rank is the length of its longest chain of inputs. Every change of a rank (copies, registration,
deletions) ends before the first change of the next rank begins. So a reader that reads a mart and then its
inputs finds inputs that are at least as new as the mart. Rows that vanish follow the same rule: they leave
the inputs first.

Each file is replaced atomically; a rank, a table and a partition of several files are not. A run that dies
leaves some tables or partitions new and others old, until the next run repeats the publication.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from glue_jobs.runtime.store import Copy, ObjectChanges, copy_all


@dataclass(frozen=True, kw_only=True)
class Published:
    """The result of publishing one table.

    `written` are the partitions whose files were put in place, new and replaced ones; `removed` are those
    that have no rows any more. Both are paths such as `year=2024/month=1`, "" for a table without partition
    keys. `new_partitions` says whether any was added or removed.
    """

    rows: int
    files: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    new_partitions: bool

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partitions that were written or removed."""
        return tuple(sorted((*self.written, *self.removed)))


@dataclass(frozen=True, kw_only=True)
class Change:
    """The staged change of one table: files to copy onto their keys, keys to delete, and the result."""

    name: str
    bucket: str
    copies: tuple[tuple[str, str], ...]
    surplus: tuple[str, ...]
    result: Published


Register = Callable[[Mapping[str, Published]], None]
"""Is called with the results of one rank, by table: its files are in place, its surplus ones not yet deleted.

It must be repeatable, because a repeated run lists all `written` partitions again. Partitions are removed
from a catalog before their files are deleted: the repeated run finds a removed partition by its files.
"""


def register_nothing(published: Mapping[str, Published]) -> None:
    """Leave the catalog as it is, for a crawler to update."""


def publish(
    store: ObjectChanges,
    changes: Iterable[Change],
    ranks: Mapping[str, int],
    register: Register = register_nothing,
) -> dict[str, Published]:
    """Make all changes, rank after rank; return the results by table. Calling it again changes nothing.

    Raises the first failure of a rank after its other copies have ended; later ranks are unchanged then.
    """
    result: dict[str, Published] = {}
    ordered = sorted(changes, key=lambda change: (ranks[change.name], change.name))
    for _, equals in groupby(ordered, key=lambda change: ranks[change.name]):
        group = list(equals)
        copy_all(store, [Copy(each.bucket, *pair) for each in group for pair in each.copies])
        published = {each.name: each.result for each in group}
        register(published)
        surplus: dict[str, list[str]] = defaultdict(list)
        for each in group:
            surplus[each.bucket].extend(each.surplus)
        for bucket, keys in surplus.items():
            store.delete(bucket, keys)
        result |= published
    return result
