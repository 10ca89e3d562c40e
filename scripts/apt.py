"""Debian's packages: only root may install them, and others get the command."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def can_apt() -> bool:
    """Return whether apt exists and this process may use it: only root may."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def by_hand(*packages: str) -> str:
    """Return, in brackets, the command with which a user installs one of `packages`; "" without apt."""
    if not shutil.which("apt-get"):
        return ""
    first, *others = packages
    alternatives = f", or {' or '.join(others)}" if others else ""
    return f" (`sudo apt-get update && sudo apt-get install -y {first}`{alternatives})"


def apt_install(*packages: str) -> list[str | Path]:
    """Return the command that installs packages, or updates the package lists if none is given."""
    quiet: list[str | Path] = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    what = ["install", "-y", "--no-install-recommends", *packages] if packages else ["update"]
    return [*quiet, *what]
