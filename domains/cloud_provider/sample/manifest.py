"""What a generated landing folder holds."""

from __future__ import annotations

from dataclasses import dataclass

from lake.files.sampling import SampleManifest


@dataclass(kw_only=True)
class Manifest(SampleManifest):
    """Counts to arrive at, whatever the order of files, and the options they were made with."""

    events: int
    organisations: int
    start: str
    days: int
    order: str
