"""Whether the files of a run are so few that it is short."""

from __future__ import annotations

from pathlib import Path

from lake.naming import Names
from localcloud.context import ACCOUNT, REGION

SHORT_BYTES = 20_000_000
"""Files up to this size take Spark so little time that optimised machine code does not pay off."""


def is_short(home: Path, env: str, landing: Path) -> bool:
    """Return whether the files to upload, and those that the lake in the home folder has, are few."""
    raw = home / "s3" / Names(env=env, account=ACCOUNT, region=REGION).raw_bucket
    return _bytes_below(landing) + _bytes_below(raw) <= SHORT_BYTES


def _bytes_below(folder: Path) -> int:
    """Return the size of all files in a folder and its subfolders."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
