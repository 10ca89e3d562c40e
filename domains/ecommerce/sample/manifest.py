"""What a generated landing folder holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from lake.files.sampling import SampleManifest


@dataclass(kw_only=True)
class Manifest(SampleManifest):
    """Counts to arrive at when all files are sent in one upload, and the options they were made with.

    - `rejected_files`: path → reason, in the words of `lake.files.recognition.Problem`.
    - `drift`: path → the columns added and missing.
    """

    scale: float
    start: str
    months: int
    layout: str
    rejected_files: dict[str, str] = field(default_factory=dict)
    drift: dict[str, list[str]] = field(default_factory=dict)
