"""Chromium, and visits that keep what a page said and asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.dashboard.browser.visits import Visit
from tests.dashboard.conftest import missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        missing("there is no Chromium: `sudo apt-get install -y chromium`")
    with sync_playwright() as playwright:
        # Root has no sandbox in a container; the pages are the project's own.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A page that nothing has been opened in."""
    found = Visit(browser)
    yield found
    found.context.close()
