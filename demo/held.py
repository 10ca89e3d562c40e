"""Events of a landing folder that are held back, and played later in the order of their time."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lake.files.names import GZIP_SUFFIX
from lake.model.spec import Domain, Table

DAYS = 2
MILLISECONDS_FROM = 10**11
"""Numbers from here on are milliseconds since 1970, smaller ones are seconds."""


@dataclass(frozen=True)
class Held:
    """The lines of one stream that are held back, by the hour of their event; hours are in order."""

    table: Table
    folder: str
    hours: Mapping[dt.datetime, Sequence[str]]

    @property
    def span(self) -> Sequence[dt.datetime]:
        """All hours from the first to the last with events."""
        first, last = min(self.hours), max(self.hours)
        number = int((last - first) / dt.timedelta(hours=1))
        return [first + dt.timedelta(hours=place) for place in range(number + 1)]


def hold_back(landing: Path, target: Path, domain: Domain, now: dt.datetime) -> list[Held]:
    """Copy the domain's folder without the events of its streams' newest days, and return these.

    A line that names no time, or one after `now`, is copied: the pipeline judges it.
    """
    source, copy = landing / domain.name, target / domain.name
    shutil.copytree(source, copy)
    held = []
    for table in domain.stream_tables:
        files = [
            file
            for folder in (table.stream.folders if table.stream else ())
            for file in sorted((copy / folder).rglob("*"))
            if file.is_file() and file.name.removesuffix(GZIP_SUFFIX).endswith((".jsonl", ".json"))
        ]
        times = {file: [(line, event_time(line, table)) for line in _lines(file)] for file in files}
        newest = max(
            (time for lines in times.values() for _, time in lines if time and time <= now), default=None
        )
        if newest is None:
            continue
        start = _day(newest) - dt.timedelta(days=DAYS - 1)
        hours: dict[dt.datetime, list[str]] = defaultdict(list)
        for file, lines in times.items():
            kept = []
            for line, time in lines:
                if time and start <= time <= now:
                    hours[time.replace(minute=0, second=0, microsecond=0)].append(line)
                else:
                    kept.append(line)
            _write(file, "".join(kept))
        held.append(Held(table, table.stream.folders[0] if table.stream else "", dict(sorted(hours.items()))))
    return held


def event_time(line: str, table: Table) -> dt.datetime | None:
    """Return the time of an event; None for a line that has none that can be read."""
    column = next(each for each in table.columns if each.name == table.dated_by)
    try:
        value = json.loads(line)[column.source or column.name]
        if isinstance(value, (int, float)):
            return dt.datetime.fromtimestamp(value / (1000 if value >= MILLISECONDS_FROM else 1), dt.UTC)
        time = dt.datetime.fromisoformat(value)
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)


def _day(time: dt.datetime) -> dt.datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def _lines(file: Path) -> Iterator[str]:
    content = file.read_bytes()
    if file.suffix == GZIP_SUFFIX:
        content = gzip.decompress(content)
    # Other line ends are part of a line, as are bytes that are no UTF-8: the pipeline judges them.
    for line in content.decode("utf-8", errors="surrogateescape").split("\n"):
        if line:
            yield f"{line}\n"


def _write(file: Path, text: str) -> None:
    content = text.encode("utf-8", errors="surrogateescape")
    file.write_bytes(gzip.compress(content) if file.suffix == GZIP_SUFFIX else content)
