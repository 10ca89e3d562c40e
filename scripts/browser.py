"""Prepare the tests in a browser: Chromium of the system, and the packages of the pages from npm.

Root installs Chromium with apt; any other user gets the command. One line names a missing part, and the tests
that need it are skipped, unless CAUDAL_BROWSER is `required`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import apt, steps  # noqa: E402  (the sources are not installed)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Return 0, or 1 if a browser is required and cannot be had."""
    problem = install_chromium() or fetch_packages()
    if problem is None:
        return 0
    print(f"browser tests: {problem}", file=sys.stderr)
    return 1 if os.environ.get("CAUDAL_BROWSER") == "required" else 0


def install_chromium() -> str | None:
    """Install Chromium if it is missing. Return what is wrong, None if it is there."""
    if any(map(shutil.which, CHROMIUM)):
        return None
    missing = f"there is no Chromium{apt.by_hand('chromium')}: these tests are skipped"
    if not apt.can_apt():
        return missing
    try:
        with steps.step("Chromium for the tests, system-wide with apt"):
            steps.first_that_works([[apt.apt_install(), apt.apt_install("chromium")]])
    except steps.SetupError as error:
        return f"{missing}\n{error}"
    return None


def fetch_packages() -> str | None:
    """Fetch the scripts of the pages and of the accessibility check. Return what is wrong, if anything is."""
    from dashboard.errors import DashboardError
    from dashboard.packages import AXE, installed

    try:
        installed()
        installed((AXE,))
    except DashboardError as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main())
