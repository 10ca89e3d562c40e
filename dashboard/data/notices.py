"""The notice of a page whose rows are older than the last look at gold."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard import formats
from dashboard.data.datasets import Holds
from lake.model.dashboards.fields import Dataset

NAMED = 3
"""Tables that the notice names; more are counted."""


def old_rows(datasets: Holds, shown: Iterable[Dataset]) -> list[str]:
    """Return one notice for those of the shown datasets whose last look failed, none if there are none.

    It has the oldest time, and the reason and the remedy of the dataset that has it.
    """
    wanted = list(dict.fromkeys(shown))
    found = sorted(
        (held.looked, place, held.error)
        for place, each in enumerate(wanted)
        if (held := datasets.get(each)).frame is not None and held.error and held.looked
    )
    if not found:
        return []
    looked, _, error = found[0]
    names = sorted(wanted[place].name for _, place, _ in found)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    tables = "all tables" if len(names) == len(wanted) else ", ".join(names[:NAMED]) + more
    since = f"{formats.short_day(looked.date())}, {looked:%H:%M} UTC"
    reason = error.what[:400].rstrip(". ")
    return [
        f"Not looked at since {since}: {tables}. The numbers shown are those of then, because {reason}. "
        f"{error.hint or ''}".rstrip()
    ]
