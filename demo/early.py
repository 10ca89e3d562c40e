"""What the demo starts before its other modules are imported, which takes seconds."""

from __future__ import annotations

from pathlib import Path

from lake.model.discovery import domain_names
from localcloud.execution.early import EarlyWorkers
from localcloud.home import is_short


def early_workers(home: Path, env: str, landing: Path) -> EarlyWorkers:
    """Lock the home folder, and start the worker of batch jobs if `landing` has the folder of a domain.

    Raises LocalCloudError if another local cloud uses the home folder.
    """
    workers = EarlyWorkers(home, short_runs=is_short(home, env, landing))
    if any((landing / name).is_dir() for name in domain_names()):
        workers.start("batch")
    return workers
