"""Generation of a landing folder, and of the sample that is committed with the source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from domains.cloud_provider.sample.csv_tables import Drops
from domains.cloud_provider.sample.events import Events, Order
from domains.cloud_provider.sample.manifest import Manifest
from domains.cloud_provider.sample.world import World
from lake.errors import CaudalError

REAL_EVENTS = 43_200
REAL_ORGANISATIONS = 80
REAL_DAYS = 60
REAL_EVENTS_PER_FILE = 360
MIN_ORGANISATIONS = 3
"""The corrections need three: one gets users of another, and the third one's masters arrive late."""


def generate(
    target: Path,
    *,
    seed: int = 2025,
    events: int = REAL_EVENTS,
    organisations: int = REAL_ORGANISATIONS,
    start: str = "2025-07-03",
    days: int = REAL_DAYS,
    per_file: int = REAL_EVENTS_PER_FILE,
    order: Order = Order.TIME,
    quirks: bool = True,
) -> Manifest:
    """Write a provider's files below `target` and return their manifest.

    The same arguments give the same bytes. The defaults give the size of the real feed. `quirks` adds the
    peculiarities of the real feed, a line for every rule, late masters and corrections; without it the data
    are clean. Raises CaudalError for too few organisations.
    """
    if organisations < MIN_ORGANISATIONS:
        raise CaudalError(
            f"{MIN_ORGANISATIONS} organisations are needed at least, not {organisations}.",
            where="sample data",
            hint="Ask for more organisations.",
        )
    manifest = Manifest(
        seed=seed, events=events, organisations=organisations, start=start, days=days, order=order.value
    )
    world = World(seed=seed, organisations=organisations, start=date.fromisoformat(start), days=days)
    Drops(world, target, manifest).write(quirks=quirks)
    Events(world, target, manifest, order=order, per_file=per_file, quirks=quirks).write()
    return manifest


def write_committed(root: Path) -> Manifest:
    """Write the sample that is committed with the source to `<root>/cloud_provider/`; return its manifest.

    The manifest is written to `<root>/manifests/`, because every file in a domain's folder is uploaded.
    """
    manifest = generate(root / "cloud_provider", events=2_400, organisations=12, per_file=100)
    manifest.write(root / "manifests" / "cloud_provider.json")
    return manifest
