"""The scripts of the pages, and sites on literal rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.application import Site
from dashboard.errors import DashboardError
from dashboard.packages import AXE, installed
from dashboard.server import serving
from tests.dashboard.gold import Gold, site
from tests.dashboard.shop import provider, shop

REQUIRED = "CAUDAL_BROWSER"
"""Environment variable that turns what is missing for the browser tests from a skip into a failure."""


def missing(what: str) -> None:
    """Skip a test, or fail it where everything must be there."""
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(f"{what} ({REQUIRED} is required)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder of the fetched scripts and font."""
    try:
        return installed()
    except DashboardError as error:
        missing(str(error))
        raise


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe."""
    try:
        return (installed((AXE,)) / "axe.js").read_text(encoding="utf-8")
    except DashboardError as error:
        missing(str(error))
        raise


@pytest.fixture(scope="session")
def gold() -> tuple[Gold, Gold]:
    """The gold of the shop and of the cloud provider; tests do not change it."""
    return shop(), provider()


@pytest.fixture(scope="session")
def shown(gold: tuple[Gold, Gold], packages: Path) -> Site:
    """A site with both domains."""
    return site(*gold, packages=packages)


@pytest.fixture(scope="session")
def address(shown: Site) -> Iterator[str]:
    """The address of a running server of this site."""
    with serving(shown) as found:
        yield found
