"""The stream of usage events as micro-batch files, written batch by batch."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Any

from domains.cloud_provider.sample.event_faults import FLAGGED, QUARANTINED, UNUSUAL, EventFault
from domains.cloud_provider.sample.manifest import Manifest
from domains.cloud_provider.sample.world import World, pool

TABLE = "usage_events"
FOLDER = "usage_events"

MINUTES_PER_DAY = 1440
SCHEMA_SWITCH = 0.25
"""Share of the period after which events have schema version 2."""

EVENTS_PER_FAULT = 20_000
"""Each faulty line occurs once per so many events, and at least once."""


class Order(Enum):
    """Distribution of the events over files.

    - `TIME`: a file holds the events of one time slice, and some late events.
    - `SHUFFLED`: every file mixes events of the whole period.
    """

    TIME = "time"
    SHUFFLED = "shuffled"


class Quirk(Enum):
    """Peculiarities of events."""

    TEXT_VALUE = auto()
    NULL_VALUE = auto()
    NULL_UNIT = auto()
    ROUNDED_COST = auto()
    NEGATIVE_COST = auto()
    SPIKE = auto()
    LATE = auto()
    VERY_LATE = auto()
    DUPLICATE = auto()
    NEW_VERSION = auto()


PER_THOUSAND = {
    Quirk.TEXT_VALUE: 30,
    Quirk.NULL_VALUE: 20,
    Quirk.NULL_UNIT: 50,
    Quirk.ROUNDED_COST: 1,
    Quirk.NEGATIVE_COST: 4,
    Quirk.SPIKE: 3,
    Quirk.LATE: 20,
    Quirk.VERY_LATE: 1,
    Quirk.DUPLICATE: 10,
    Quirk.NEW_VERSION: 4,
}
"""Quirk → number of events in a thousand that have it."""

_ODD_ONES = pool(list(PER_THOUSAND.items()))
_QUIRKS: tuple[Quirk | None, ...] = (*_ODD_ONES, *([None] * (1000 - len(_ODD_ONES))))
_METRICS = ("requests",) * 9 + ("storage_gb_hours",) * 6 + ("cpu_hours",) * 5
_CLOCK = tuple(f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(MINUTES_PER_DAY))
_ODD = 0x9E3779B97F4A7C15
_MASK = (1 << 48) - 1


class Events:
    """Writes the manifest's number of distinct events; repeated, revised and faulty lines are extra.

    Memory holds the lines of one file and the late lines.
    """

    def __init__(
        self, world: World, root: Path, manifest: Manifest, *, order: Order, per_file: int, quirks: bool
    ) -> None:
        self._root = root
        self._manifest = manifest
        self._is_ordered = order is Order.TIME
        self._has_quirks = quirks
        self._random: Callable[[], float] = world.random_for("events").random
        self._resources = [
            (item.fragment, item.service == "genai")
            for org in range(world.organisations)
            # Some organisations use more than others.
            for item in world.resources(org) * (1 + org % 4)
        ]
        self._days = tuple(world.day(number) for number in range(world.days + 1))
        self._minutes = world.days * MINUTES_PER_DAY
        self._salt = world.seed * 7919
        self._events = manifest.events
        self._per_file = per_file
        self._files = -(-self._events // per_file)
        self._later: dict[int, list[str]] = defaultdict(list)

    def write(self) -> None:
        """Write all files, in the order of the stream."""
        (self._root / FOLDER).mkdir(parents=True, exist_ok=True)
        if self._has_quirks:
            self._plan_faults()
        for index in range(self._files):
            first = index * self._per_file
            lines = self._batch(index, range(first, min(first + self._per_file, self._events)))
            path = f"{FOLDER}/events_part_{index:05}.jsonl"
            text = "\n".join(lines) + "\n"
            (self._root / path).write_text(text, encoding="utf-8")
            self._manifest.files[path] = len(lines)
            self._manifest.rows[TABLE] += len(lines)

    def _batch(self, index: int, numbers: range) -> list[str]:
        """Return the lines of one file: late lines of earlier files, then the file's own events."""
        rand, resources, quirks = self._random, self._resources, _QUIRKS
        count, minutes, events = len(resources), self._minutes, self._events
        lines = self._later.pop(index, [])
        for number in numbers:
            minute = number * minutes // events if self._is_ordered else int(rand() * minutes)
            parts = self._parts(number, minute, *resources[int(rand() * count)])
            quirk = quirks[int(rand() * 1000)] if self._has_quirks else None
            if quirk is None:
                lines.append("".join(parts))
            else:
                lines.extend(self._odd(index, quirk, minute, parts))
        return lines

    def _parts(self, number: int, minute: int, fragment: str, is_genai: bool) -> list[str]:
        """Return the parts of an event's line: id, time, resource, metric, value, unit, cost, measures."""
        rand = self._random
        metric = _METRICS[int(rand() * 20)]
        amount = rand()
        if metric == "requests":
            value, unit = f"{int(amount * 240) + 1}.0", '"count"'
            cost = amount * amount * 120_000
        else:
            value = f"{int(amount * 250_000) / 10_000}"
            unit = '"hours"' if metric == "cpu_hours" else '"gb_hours"'
            cost = amount * 9_000
        if minute < self._minutes * SCHEMA_SWITCH:
            measured = "1}"
        elif is_genai:
            measured = f'2, "carbon_kg": {int(amount * 30_000) / 1e6}, "genai_tokens": {int(rand() * 2500)}}}'
        else:
            measured = f'2, "carbon_kg": {int(amount * 30_000) / 1e6}}}'
        return [
            f'{{"event_id": "evt_{(number * _ODD + self._salt) & _MASK:012x}", "timestamp": "',
            f'{self._days[minute // MINUTES_PER_DAY]}{_CLOCK[minute % MINUTES_PER_DAY]}", ',
            fragment,
            f'"metric": "{metric}", "value": ',
            value,
            ', "unit": ',
            unit,
            ', "cost_usd_increment": ',
            f"{int(cost) / 10_000}",
            f', "schema_version": {measured}',
        ]

    def _odd(self, index: int, quirk: Quirk, minute: int, parts: list[str]) -> Iterator[str]:
        """Return the lines that an event with a quirk adds to the current file; later lines are deferred."""
        manifest, rand = self._manifest, self._random
        manifest.quirks[quirk.name.lower()] += 1
        if quirk is Quirk.TEXT_VALUE:
            parts[4] = f'"{parts[4]}"'
        elif quirk is Quirk.NULL_VALUE:
            parts[4] = "null"
        elif quirk is Quirk.NULL_UNIT:
            parts[6] = "null"
            manifest.flag(TABLE, "unit.imputed")
        elif quirk is Quirk.ROUNDED_COST:
            parts[8] = f"{-int(rand() * 100 + 1) / 10_000}"
            manifest.flag(TABLE, "cost_usd_increment.rounded")
        elif quirk is Quirk.NEGATIVE_COST:
            parts[8] = f"{-0.02 - int(rand() * rand() * 4_000_000) / 10_000:.4f}"
            manifest.quarantine(TABLE, "cost_usd_increment.range")
        elif quirk is Quirk.SPIKE:
            parts[8] = f"{50 + int(rand() * 2_500_000) / 10_000:.4f}"
        line = "".join(parts)
        if quirk in (Quirk.LATE, Quirk.VERY_LATE):
            days = 60 if quirk is Quirk.VERY_LATE else 3 * rand() ** 4
            return self._defer(index, line, days)
        if quirk is Quirk.DUPLICATE:
            manifest.duplicates[TABLE] += 1
            return iter((line, *self._defer(index, line, rand())))
        if quirk is Quirk.NEW_VERSION:
            manifest.superseded[TABLE] += 1
            return iter((line, *self._defer(index, self._revised(minute, parts), 30 * rand())))
        return iter((line,))

    def _revised(self, minute: int, parts: list[str]) -> str:
        """Return a newer version of an event.

        An event of schema version 1 becomes version 2 with carbon; one of version 2 gets a later time
        and a new cost.
        """
        if parts[9].endswith(" 1}"):
            measured = ', "schema_version": 2, "carbon_kg": 0.0125}'
            return "".join([*parts[:9], measured])
        later = min(minute + 1, self._minutes)
        time = f'{self._days[later // MINUTES_PER_DAY]}{_CLOCK[later % MINUTES_PER_DAY]}", '
        return "".join([parts[0], time, *parts[2:8], f"{int(self._random() * 90_000) / 10_000}", parts[9]])

    def _defer(self, index: int, line: str, days: float) -> Iterator[str]:
        """Defer a line to the file of `days` later, or to a random later file if files have no time slice.

        Return the line if that file is the current one, and nothing otherwise.
        """
        if self._is_ordered:
            due = index + 1 + int(days * MINUTES_PER_DAY * self._files / self._minutes)
        else:
            due = index + int(self._random() * (self._files - index))
        due = min(due, self._files - 1)
        if due == index:
            return iter((line,))
        self._later[due].append(line)
        return iter(())

    def _plan_faults(self) -> None:
        """Distribute faulty and unusual lines evenly over the files."""
        kinds: list[tuple[EventFault, bool]] = [
            *((fault, True) for fault in QUARANTINED),
            *((fault, False) for fault in (*FLAGGED, *UNUSUAL)),
        ]
        planned = kinds * max(1, self._events // EVENTS_PER_FAULT)
        for place, (fault, is_quarantined) in enumerate(planned):
            file = place * self._files // len(planned)
            self._later[file].append(fault.written(self._good_event(place, file)))
            if is_quarantined:
                self._manifest.quarantine(TABLE, *fault.checks)
            elif fault.checks:
                self._manifest.flag(TABLE, *fault.checks)

    def _good_event(self, place: int, file: int) -> dict[str, Any]:
        minute = file * self._minutes // self._files
        day, clock = self._days[minute // MINUTES_PER_DAY], _CLOCK[minute % MINUTES_PER_DAY]
        fragment, _ = self._resources[place % len(self._resources)]
        resource: dict[str, Any] = json.loads(f"{{{fragment.removesuffix(', ')}}}")
        return {
            "event_id": f"odd_{place:06}",
            "timestamp": f"{day}{clock}",
            **resource,
            "metric": "requests",
            "value": 10.0,
            "unit": "count",
            "cost_usd_increment": 0.75,
            "schema_version": 2,
            "carbon_kg": 0.002,
        }
