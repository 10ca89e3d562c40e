"""Every page in Chromium: drawn, filtered, accessible, and silent towards the network."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.application import Site
from dashboard.export import write
from dashboard.formats import SPACE
from dashboard.server import serving
from tests.dashboard.browser.visits import Visit
from tests.dashboard.gold import Gold

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = (
    "/ecommerce/executive", "/ecommerce/behaviour", "/ecommerce/data-quality",
    "/cloud_provider/finops", "/cloud_provider/support", "/cloud_provider/data-quality",
)  # fmt: skip


OTHERS = (
    "/ecommerce/executive/average_order/about", "/cloud_provider/support/growth/about", "/ecommerce/none",
)  # fmt: skip
"""Explanations, and what stands in place of a page that there is not."""


def text_of(page: Page, selector: str) -> str:
    return page.locator(selector).inner_text().replace(SPACE, " ")


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_drawn_without_a_word_in_the_console(visit: Visit, address: str, path: str) -> None:
    page = visit.open(address + path)
    assert page.locator("#pages .chart").count() == page.locator("#pages .chart svg").count()
    for place in range(page.locator("#pages .chart").count()):
        marks = page.locator(f"#pages .chart >> nth={place}").locator(".mark-rect path, .mark-line path")
        assert marks.count() > 0
    assert visit.said == []
    assert {each.removeprefix(address).split("?")[0] for each in visit.asked} <= {
        path, "data:,", "/static/page.css", "/static/theme.js", "/static/page.js", "/static/vega.js",
        "/static/vega-lite.js", "/static/vega-interpreter.js", "/static/inter.woff2",
    }  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, axe: str, path: str, scheme: str) -> None:
    visit = Visit(browser, color_scheme=scheme, bypass_csp=True)
    visit.open(address + path)
    serious = visit.serious(axe)
    visit.context.close()
    assert serious == []


@pytest.mark.parametrize("path", [*PAGES, *OTHERS])
@pytest.mark.parametrize("width", [380, 1600])
def test_no_page_is_wider_than_the_screen(browser: Browser, address: str, path: str, width: int) -> None:
    visit = Visit(browser, viewport={"width": width, "height": 800})
    page = visit.open(address + path)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    visit.context.close()


def test_the_shown_dashboard_is_in_view_in_a_narrow_navigation(browser: Browser, address: str) -> None:
    visit = Visit(browser, viewport={"width": 380, "height": 800})
    page = visit.open(f"{address}/ecommerce/behaviour")
    place = page.locator("nav a[aria-current]").bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 380
    visit.context.close()


def test_numbers_on_the_page_equal_gold(visit: Visit, address: str, gold: tuple[Gold, Gold]) -> None:
    shop, provider = gold
    page = visit.open(f"{address}/ecommerce/executive")
    month = "order_date >= DATE '2025-10-01'"
    orders = f"FROM fact_orders_enriched WHERE {month}"
    for key, sql in {
        "revenue": f"SELECT sum(total_usd) {orders}",
        "customers": f"SELECT count(DISTINCT customer_id) {orders}",
        "orders": f"SELECT count(*) {orders}",
    }.items():
        exact = page.locator(f"#{key} .number").get_attribute("data-exact")
        assert Decimal(str(exact)) == Decimal(shop.one(sql))
    page = visit.open(f"{address}/cloud_provider/finops")
    august = "DATE '2025-08-01'"
    for key, sql in {
        "cost": f"SELECT sum(cost_usd) FROM org_daily_usage_by_service WHERE usage_date >= {august}",
        "anomalies": f"SELECT count(*) FROM cost_anomaly_mart WHERE is_anomaly AND usage_date >= {august}",
        "revenue": f"SELECT sum(revenue_usd) FROM revenue_by_org_month WHERE billing_month = {august}",
    }.items():
        exact = page.locator(f"#{key} .number").get_attribute("data-exact")
        assert Decimal(str(exact)) == Decimal(provider.one(sql))


def test_tables_beside_the_drawings_equal_gold(visit: Visit, address: str, gold: tuple[Gold, Gold]) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    rows = page.locator("#weekly_revenue .cells tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    expected = gold[0].rows(
        "SELECT week_start, sum(revenue_usd) FROM sales_by_week WHERE device = 'mobile' GROUP BY 1 ORDER BY 1"
    )
    assert [(row[0], row[4]) for row in rows] == [(f"{week}", f"{revenue}") for week, revenue in expected]


def test_a_filter_changes_numbers_and_address_and_the_way_back_works(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    page.select_option("select[name=country]", "DE")
    page.wait_for_selector("#revenue .number[data-exact='1120.30']")
    assert page.url == f"{address}/ecommerce/executive?country=DE"
    assert page.locator("#weekly_revenue .note").inner_text() == "not filtered by country"
    page.select_option("select[name=month]", "2025-09")
    page.wait_for_selector("#revenue .number[data-exact='139.49']")
    assert page.url == f"{address}/ecommerce/executive?month=2025-09&country=DE"
    page.go_back()
    page.wait_for_selector("#revenue .number[data-exact='1120.30']")
    assert page.locator("select[name=country]").input_value() == "DE"
    assert visit.said == []


def test_a_page_with_filters_in_its_address_opens_with_them(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive?country=FR&month=2025-09")
    assert text_of(page, "#revenue .number") == "$ 60.50"


def test_the_skip_link_moves_the_focus_and_fetches_nothing(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    visit.asked.clear()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#main'")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.id") == "main"
    assert visit.asked == []


def test_a_filter_without_a_server_is_told(visit: Visit, shown: Site) -> None:
    with serving(shown) as address:
        page = visit.open(f"{address}/ecommerce/executive")
    page.select_option("select[name=country]", "DE")
    page.wait_for_selector("#silent")
    assert text_of(page, "#silent") == "The server does not answer: start `caudal dashboard` again"
    assert page.locator("#pages").get_attribute("aria-busy") is None
    assert text_of(page, "#revenue .number") == "$ 1.2 k"


def test_a_drawing_becomes_a_table_and_a_download(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    page.locator("#weekly_revenue summary").click()
    page.locator("#weekly_revenue [data-table]").click()
    assert page.locator("#weekly_revenue .cells").is_visible()
    assert not page.locator("#weekly_revenue .chart").is_visible()
    page.locator("#weekly_revenue summary").click()
    with page.expect_download() as download:
        page.locator("#weekly_revenue [data-csv]").click()
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert content.splitlines()[0] == "From,watch,Tablet,Desktop,Mobile"


def test_the_menu_works_with_the_keyboard(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    page.locator("#revenue summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#revenue .cells").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("details[open]").count() == 0


def test_a_tooltip_shows_the_number_of_a_mark(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/cloud_provider/support")
    page.locator("#daily_tokens .chart svg .mark-rect path").first.hover()
    assert text_of(page, "#tip") == "2 Aug 2025 · 1,010"


def test_dark_and_light_can_be_chosen_and_are_kept(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page = visit.open(f"{address}/cloud_provider/finops")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_html_in_a_name_stays_text(visit: Visit, address: str) -> None:
    page = visit.open(f"{address}/ecommerce/executive")
    assert page.title() == "Executive summary · Caudal"
    assert page.locator("#top_products img").count() == 0
    assert "<img src=x" in page.locator("#top_products tbody").first.inner_text()


def test_an_exported_file_opens_from_the_file_system(visit: Visit, shown: Site, tmp_path: Path) -> None:
    file = write(shown, tmp_path)[0]
    page = visit.open(file.as_uri())
    assert page.locator("#revenue .number").first.get_attribute("data-exact") == "1233.73"
    page.select_option("#pages select[name=month]", "2025-09")
    page.wait_for_selector("#pages #revenue .number[data-exact='199.99']")
    page.wait_for_selector("#pages .chart.is-drawn")
    page.locator("#pages #devices summary").click()
    with page.expect_download() as download:
        page.locator("#pages #devices [data-csv]").click()
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert content.splitlines()[0] == "Device,Orders,Revenue"
    page.locator("#pages #top_products summary").click()
    with page.expect_download() as download:
        page.locator("#pages #top_products [data-csv]").click()
    assert "'=1+1" in Path(download.value.path()).read_text(encoding="utf-8")
    assert visit.said == []
    assert [each for each in visit.asked if not each.startswith(("file:", "data:", "blob:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_exported_file_is_as_accessible_as_the_page(
    browser: Browser, shown: Site, tmp_path: Path, axe: str, scheme: str
) -> None:
    for file in write(shown, tmp_path):
        visit = Visit(browser, color_scheme=scheme, bypass_csp=True, viewport={"width": 380, "height": 800})
        page = visit.open(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 380, file.name
        assert visit.serious(axe) == [], file.name
        visit.context.close()


def test_pages_are_the_same_each_time(visit: Visit, address: str) -> None:
    pictures = []
    for _ in range(2):
        page = visit.open(f"{address}/ecommerce/executive")
        # The fonts are those of the page; only what moves could differ.
        time.sleep(0.1)
        pictures.append(page.screenshot(full_page=True, animations="disabled"))
    assert pictures[0] == pictures[1]
