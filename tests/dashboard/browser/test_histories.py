"""Every page in Chromium on the sample and on a history of real size, and the pictures of the documents."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.dashboards import CHANGE, CHANGES, site_of
from bench.reference.gold import ReferenceGold
from dashboard.application import Site
from dashboard.data.served import Served
from dashboard.export import write
from dashboard.server import serving
from tests.dashboard.browser.visits import Visit
from tests.domains.cloud_provider.marts_store import Row, Store, store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["store"]

WINDOW = 15
"""Days of usage that are published and streamed for the picture of the live page."""

PICTURES = Path(__file__).resolve().parents[3] / "docs" / "pictures"
TEXTS = Path(__file__).resolve().parent / "pictured"
"""The texts of the pages in the pictures: a changed word is a small part of a picture."""

WRITES = "CAUDAL_PICTURES"
"""Environment variable: `write` replaces the pictures of the documents instead of comparing them."""

MOST_DIFFERENT = 0.02
"""Share of a picture's pixels that may differ: letters are drawn a little differently on other machines."""

MOST_BYTES = 5_000_000
DIFFERENT = """async ([one, two]) => {
  const pixels = async (text) => {
    const image = new Image();
    image.src = `data:image/png;base64,${text}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await pixels(one), await pixels(two)];
  if (a.width !== b.width || Math.abs(a.height - b.height) > 8) return 1;
  let different = 0;
  const end = Math.min(a.data.length, b.data.length);
  for (let at = 0; at < end; at += 4)
    if ([0, 1, 2].some((part) => Math.abs(a.data[at + part] - b.data[at + part]) > 48)) different += 1;
  return different / (end / 4);
}"""
"""Returns the share of pixels of two pictures that differ visibly; 1 for pictures of different sizes."""


class History:
    """A site on computed gold, and its address."""

    def __init__(self, site: Site, address: str) -> None:
        self.site = site
        self.address = address

    def gold(self, domain: str) -> ReferenceGold:
        source = self.site.datasets[domain].source
        assert isinstance(source, ReferenceGold)
        return source

    @property
    def pages(self) -> list[str]:
        return [place.address for place in self.site.places()]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> Iterator[History]:
    site = site_of(tmp_path_factory.mktemp("sample"), None)
    with serving(site) as address:
        yield History(site, address)


@pytest.fixture(scope="module")
def real_size(tmp_path_factory: pytest.TempPathFactory, packages: Path) -> Iterator[History]:
    site = site_of(tmp_path_factory.mktemp("history"), 1.0)
    with serving(site) as address:
        yield History(site, address)


@pytest.fixture(params=["sample", "real_size"])
def history(request: pytest.FixtureRequest) -> History:
    found: History = request.getfixturevalue(request.param)
    return found


def test_every_page_is_drawn_without_a_word(browser: Browser, history: History) -> None:
    for path in history.pages:
        for width in (380, 1600):
            visit = Visit(browser, viewport={"width": width, "height": 900})
            page = visit.open(history.address + path)
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
            assert page.locator(".problem-state").count() == 0, path
            assert visit.said == [], path
            assert all(each.startswith((history.address, "data:")) for each in visit.asked), path
            visit.context.close()


def test_numbers_of_the_month_equal_those_of_the_source_files(visit: Visit, history: History) -> None:
    page = visit.open(f"{history.address}/ecommerce/executive")
    rows = history.gold("ecommerce").connection.execute(
        "SELECT sum(total_usd), count(DISTINCT customer_id), count(*) FROM orders "
        "WHERE date_trunc('month', order_time) = (SELECT max(date_trunc('month', order_time)) FROM orders)"
    )
    for key, expected in zip(("revenue", "customers", "orders"), rows.fetchall()[0], strict=True):
        assert Decimal(str(page.locator(f"#{key} .number").get_attribute("data-exact"))) == expected


def test_another_month_is_drawn_anew(visit: Visit, history: History) -> None:
    page = visit.open(f"{history.address}/ecommerce/executive")
    newest = page.locator("#revenue .number").get_attribute("data-exact")
    page.evaluate(CHANGES, CHANGE)
    assert page.locator("#revenue .number").get_attribute("data-exact") != newest
    assert "month=" in page.url


def test_exported_files_are_small_enough_for_mail(visit: Visit, history: History, tmp_path: Path) -> None:
    files = write(history.site, tmp_path)
    assert {file.name: file.stat().st_size for file in files if file.stat().st_size > MOST_BYTES} == {}
    page = visit.open(next(file for file in files if "executive" in file.name).as_uri())
    assert page.locator("#pages .chart svg").count() > 0
    assert visit.said == []


def streaming(history: History, store: Store) -> Site:
    """Return the site with a serving store, in which the two newest days of usage are still open."""
    gold = history.gold("cloud_provider")

    def rows(columns: str, table: str, more: str = "") -> list[Row]:
        found = gold.connection.cursor().execute(
            f"SELECT {columns} FROM {table} WHERE usage_date > (SELECT max(usage_date) - {WINDOW} "
            f"FROM org_daily_usage_by_service) {more}"
        )
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    usage = "org_daily_usage_by_service"
    published = rows("org_id, usage_date, service, cost_usd, requests, events", usage)
    overall = rows(
        "usage_date, service, sum(cost_usd) AS cost_usd, sum(requests) AS requests, "
        "CAST(sum(events) AS bigint) AS events",
        usage,
        "GROUP BY 1, 2 ORDER BY 1, 2",
    )
    opened = sorted({row["usage_date"] for row in overall})[-2:]
    store.publish(usage, [row for row in published if row["usage_date"] not in opened])
    anomalies = rows("*", "cost_anomaly_mart", "AND is_anomaly")
    store.publish("cost_anomaly_mart", [row for row in anomalies if row["usage_date"] not in opened])
    store.stream("overall", [row for row in overall if row["usage_date"] in opened])
    held = history.site.datasets["cloud_provider"]
    served = Served(held.domain, connect=lambda: store.reader, keys=held.values)
    return replace(history.site, served={"cloud_provider": served})


@pytest.fixture
def pictured(real_size: History, store: Store) -> Iterator[str]:
    """The address of all pages on the history, with a stream whose newest two days are open."""
    with serving(streaming(real_size, store)) as address:
        yield address


@pytest.mark.parametrize(
    ("name", "path"), [("executive-summary", "/ecommerce/executive"), ("live", "/cloud_provider/live")]
)
def test_pictures_of_the_documents_show_the_pages(visit: Visit, pictured: str, name: str, path: str) -> None:
    page = visit.open(pictured + path)
    page.evaluate("document.fonts.ready.then(() => true)")
    taken, kept = page.screenshot(full_page=True, animations="disabled"), PICTURES / f"{name}.png"
    said, texts_kept = page.inner_text("main") + "\n", TEXTS / f"{name}.txt"
    if os.environ.get(WRITES) == "write":
        kept.write_bytes(taken)
        texts_kept.write_text(said, encoding="utf-8")
    assert said.splitlines() == texts_kept.read_text(encoding="utf-8").splitlines()
    texts = [base64.b64encode(each).decode() for each in (taken, kept.read_bytes())]
    page.goto("about:blank")
    different = page.evaluate(DIFFERENT, texts)
    assert different <= MOST_DIFFERENT, (
        f"{different:.1%} of {kept.name} differ from the page: look at it, then run this with {WRITES}=write"
    )


def test_the_comparison_of_pictures_sees_another_page(visit: Visit, sample: History) -> None:
    taken = [
        visit.open(sample.address + path).screenshot(full_page=True)
        for path in ("/ecommerce/executive", "/ecommerce/executive?month=2025-10")
    ]
    visit.page.goto("about:blank")
    texts = [base64.b64encode(each).decode() for each in taken]
    assert visit.page.evaluate(DIFFERENT, texts) > MOST_DIFFERENT
