"""The manifest of a generated landing folder."""

from __future__ import annotations

from dataclasses import dataclass, field

from lake.files.sampling import SampleManifest


@dataclass(kw_only=True)
class Manifest(SampleManifest):
    """The counts that one upload of all files must give, and the options of the generator.

    - `rejected_files`: path → reason, a value of `lake.files.recognition.Problem`.
    - `drift`: path → added columns (`+name`) and missing columns (`-name`).
    """

    scale: float
    start: str
    months: int
    layout: str
    rejected_files: dict[str, str] = field(default_factory=dict)
    drift: dict[str, list[str]] = field(default_factory=dict)
