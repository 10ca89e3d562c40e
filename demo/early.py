"""What the demo starts before its other modules are imported, which takes seconds."""

from __future__ import annotations

from pathlib import Path

from lake.model.discovery import domain_names
from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.execution.early import EarlyWorkers

SHORT_BYTES = 20_000_000
"""Files up to this size take Spark so little time that optimised machine code does not pay off."""


def early_workers(home: Path, env: str, landing: Path) -> EarlyWorkers:
    """Lock the home folder, and start the worker of batch jobs if `landing` has the folder of a domain.

    Raises LocalCloudError if another local cloud uses the home folder.
    """
    workers = EarlyWorkers(home, short_runs=is_short(home, env, landing))
    if any((landing / name).is_dir() for name in domain_names()):
        workers.start("batch")
    return workers


def is_short(home: Path, env: str, landing: Path) -> bool:
    """Return whether the files to upload, and those that the lake in the home folder has, are few."""
    raw = home / "s3" / Names(env=env, account=ACCOUNT, region=REGION).raw_bucket
    return _bytes_below(landing) + _bytes_below(raw) <= SHORT_BYTES


def _bytes_below(folder: Path) -> int:
    """Return the size of all files in a folder and its subfolders."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
