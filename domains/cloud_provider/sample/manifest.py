"""The manifest of a generated landing folder."""

from __future__ import annotations

from dataclasses import dataclass

from lake.files.sampling import SampleManifest


@dataclass(kw_only=True)
class Manifest(SampleManifest):
    """The counts that ingestion must give in any order of files, and the options of the generator."""

    events: int
    organisations: int
    start: str
    days: int
    order: str
