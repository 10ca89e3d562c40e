"""Measure the dashboards in Chromium: first page, a change of a filter, and the export of all of them."""

from __future__ import annotations

import importlib
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.reference.gold import ReferenceGold
from dashboard.application import Site
from dashboard.errors import DashboardError
from dashboard.export import write
from dashboard.packages import installed
from dashboard.server import serving
from lake.model.discovery import load_domains
from lake.model.spec import Domain
from localcloud.daemon import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TIMES = 5
"""How often each page is opened; the median counts."""

FIRST_PAGE = "#pages .chart:not(.is-drawn)"
CHANGE, OTHER_CHANGE = "select[name=month]", "form.filters select:not([name=month])"
CHANGES = """async (selector) => {
  const began = performance.now();
  const choice = document.querySelector(selector);
  const main = document.querySelector("#pages main");
  choice.value = choice.options[Math.min(2, choice.options.length - 1)].value;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const waits = () => document.querySelector("#pages main") === main
    || document.querySelector("#pages .chart:not(.is-drawn)");
  while (waits()) await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - began;
}"""
"""Changes a filter, and returns the milliseconds until the page is drawn anew."""


@dataclass(frozen=True)
class Times:
    """Milliseconds until a page is drawn, and drawn anew after a change of month and of another filter."""

    opened: float
    changed: float
    filtered: float


def landing_of(domain: Domain, folder: Path, scale: float | None) -> Path:
    """Return the folder of a domain's files: its whole generated history, or the sample without a scale."""
    if scale is None or domain.stream_tables:
        return PROJECT / "sample_data" / domain.name
    sample: Any = importlib.import_module(f"domains.{domain.name}.sample")
    target = folder / "history"
    shutil.rmtree(target, ignore_errors=True)
    sample.generate(target, scale=scale, layout=sample.Layout.HISTORY)
    return target


def site_of(folder: Path, scale: float | None) -> Site:
    """Return a loaded site: on the sample, or on histories of the real size × `scale`."""
    golds = [ReferenceGold(domain, landing_of(domain, folder, scale)) for domain in load_domains()]
    site = Site(
        [each.domain for each in golds], {each.domain.name: each.datasets() for each in golds}, installed()
    )
    site.load()
    return site


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium. Raises DashboardError if there is none."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise DashboardError("there is no Chromium.", hint="Install it: `sudo apt-get install -y chromium`.")
    with sync_playwright() as playwright:
        # Root has no sandbox in a container; the pages are the project's own.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


def times_of(browser: Browser, address: str) -> Times:
    """Open a page TIMES times, each in a browser profile without a cache, and return the medians."""
    opened, changed, filtered = [], [], []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1600, "height": 1000})
        page = context.new_page()
        began = time.monotonic()
        page.goto(address, wait_until="commit")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.wait_for_selector(FIRST_PAGE, state="detached")
        opened.append((time.monotonic() - began) * 1000)
        changed.append(page.evaluate(CHANGES, CHANGE))
        filtered.append(page.evaluate(CHANGES, OTHER_CHANGE))
        context.close()
    return Times(*map(statistics.median, (opened, changed, filtered)))


def measure_dashboards(folder: Path, scale: float, console: Console) -> None:
    """Print times of each page and of the export, on the sample and on a history of real size × `scale`."""
    with chromium() as browser:
        for name, size in (("the sample", None), (f"a history of the real size × {scale:g}", scale)):
            with console.status(f"computing gold of {name} …"):
                site = site_of(folder, size)
            columns = ("page", "drawn, ms", "month changed, ms", "filter changed, ms")
            shown = Table(*columns, title=f"Dashboards on {name}")
            with serving(site) as address:
                for place in site.places(live=False):
                    found = times_of(browser, address + place.address)
                    numbers = (found.opened, found.changed, found.filtered)
                    shown.add_row(place.title, *(f"{each:.0f}" for each in numbers))
            began = time.monotonic()
            files = write(site, folder / "exported")
            seconds = time.monotonic() - began
            largest = max(file.stat().st_size for file in files) / 1e6
            console.print(shown)
            console.print(f"export of {len(files)} dashboards: {seconds:.1f} s, largest {largest:.1f} MB")
