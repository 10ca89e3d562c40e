"""The live page in Chromium: it follows the store, marks what is provisional, and tells what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.application import Site
from dashboard.data.served import Served
from dashboard.formats import SPACE
from dashboard.server import serving
from dashboard.store import RETRY
from domains.cloud_provider.domain import DOMAIN
from tests.dashboard.browser.visits import Visit
from tests.domains.cloud_provider.asking import USAGE, D
from tests.domains.cloud_provider.marts_store import Store, store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["store"]

FOLLOWS_MILLISECONDS = 5000
"""The longest time from a micro-batch of the speed view to the page."""


def stream(store: Store, cost: str, service: str = "compute", events: int = 3) -> None:
    """Write a running total of an open day."""
    row = {"usage_date": D(2025, 8, 21), "service": service, "cost_usd": Decimal(cost), "events": events}
    store.stream("overall", [row])


@pytest.fixture
def live(shown: Site, store: Store, packages: Path) -> Iterator[str]:
    """The address of a live page on a store with published days and an open one."""
    store.publish("org_daily_usage_by_service", USAGE)
    store.publish("cost_anomaly_mart", [])
    stream(store, "1.5")
    store.reader.retry = RETRY
    served = Served(DOMAIN, lambda: store.reader, lambda column: ["a", "<b>"])
    with serving(replace(shown, served={DOMAIN.name: served})) as address:
        yield f"{address}/cloud_provider/live"


def heading_of(visit: Visit, address: str) -> str:
    visit.open(address)
    return heading(visit)


def heading(visit: Visit) -> str:
    return visit.page.locator("h1").inner_text().replace(SPACE, " ")


def test_the_page_follows_the_stream_and_keeps_what_is_read(visit: Visit, live: str, store: Store) -> None:
    page = visit.open(live)
    assert heading(visit) == "$ 1.50 so far in the open days, from 3 events."
    page.locator("#live_days summary").click()
    page.locator("#live_days [data-table]").click()
    stream(store, "4.25", events=7)
    page.wait_for_selector("#open_cost [data-exact='4.25']", timeout=FOLLOWS_MILLISECONDS)
    assert heading(visit) == "$ 4.25 so far in the open days, from 7 events."
    assert page.locator("#live_days .cells").is_visible()
    page.wait_for_selector("#live_cost .chart.is-drawn")
    assert visit.said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1600])
def test_the_page_is_accessible_and_fits_every_screen(
    browser: Browser, live: str, axe: str, scheme: str, width: int
) -> None:
    options: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    visit = Visit(browser, bypass_csp=True, **options)
    page = visit.open(live)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.serious(axe) == []
    assert visit.said == []
    visit.context.close()


def test_a_store_without_rows_does_not_say_that_all_is_published(visit: Visit, live: str) -> None:
    # Nobody has no open day, and no published one: that says nothing of the others.
    assert heading_of(visit, f"{live}?organisation=nobody") == "Live"


def test_cards_without_news_are_not_drawn_anew(visit: Visit, live: str, store: Store) -> None:
    page = visit.open(live)
    page.evaluate("document.getElementById('live_services').setAttribute('data-kept', 'yes')")
    store.stream("overall", [])
    page.wait_for_timeout(4000)
    assert page.locator("#live_services[data-kept]").count() == 1


def test_provisional_marks_are_outlined_and_named(visit: Visit, live: str) -> None:
    page = visit.open(live)
    assert page.locator("#live_cost .legend").inner_text().split("\n")[-1] == "provisional"
    dashed = page.locator("#live_cost .mark-rect path[stroke-dasharray='4,3']")
    assert dashed.count() == 1
    dashed.hover()
    assert (
        page.locator("#tip").inner_text().replace(SPACE, " ")
        == "21 Aug 2025 · Compute · $ 1.50 · provisional"
    )


def test_a_paused_page_stays_until_it_continues(visit: Visit, live: str, store: Store) -> None:
    page = visit.open(live)
    page.locator("[data-pause]").click()
    stream(store, "9")
    page.wait_for_timeout(4000)
    assert page.locator("#open_cost .number").get_attribute("data-exact") == "1.5"
    page.locator("[data-pause]").click()
    page.wait_for_selector("#open_cost [data-exact='9']", timeout=FOLLOWS_MILLISECONDS)


def test_a_stopped_store_is_told_with_what_to_do(visit: Visit, live: str, store: Store) -> None:
    page = visit.open(live)
    store.server.stop()
    page.wait_for_selector("#open_cost .problem-state", timeout=30000)
    told = page.locator("#open_cost .problem-state").inner_text()
    assert "This cannot be shown." in told
    assert "Traceback" not in page.content()
    # A card that cannot be shown is no reason to lose the page.
    assert page.locator("h1").inner_text() == "Live"


def test_an_organisation_that_is_unknown_is_told(visit: Visit, live: str) -> None:
    page = visit.open(f"{live}?organisation=nobody")
    assert page.locator(".notice").inner_text().startswith("There is no organisation “nobody” in the data")
    assert page.locator("#live_days .state").inner_text() == (
        "The serving store has no such rows of org_daily_usage_by_service."
    )


def state(visit: Visit, text: str) -> None:
    """Wait until the page says that of itself."""
    visit.page.wait_for_function(
        "text => document.querySelector('[data-state]').textContent === text", arg=text, timeout=15000
    )


def test_an_answer_that_is_no_page_leaves_the_numbers_and_is_told(
    visit: Visit, live: str, store: Store
) -> None:
    page = visit.open(live)
    page.route(f"{live}*", lambda route: route.fulfill(status=500, body="<h1>Something failed</h1>"))
    state(visit, "The server could not make this page: its output says why")
    assert page.locator(".following.is-paused").count() == 1
    assert heading(visit) == "$ 1.50 so far in the open days, from 3 events."
    page.select_option("select[name=organisation]", index=1)
    assert page.locator("#silent").inner_text() == "The server could not make this page: its output says why"
    assert page.locator("#open_cost .number").get_attribute("data-exact") == "1.5"


def test_notices_are_gone_once_the_server_answers_again(visit: Visit, live: str, store: Store) -> None:
    page = visit.open(live)
    page.route(f"{live}*", lambda route: route.abort())
    page.evaluate("history.pushState(null, '', '?organisation=nobody'); dispatchEvent(new Event('popstate'))")
    page.wait_for_selector("#silent")
    page.unroute(f"{live}*")
    page.wait_for_selector("#silent", state="detached", timeout=FOLLOWS_MILLISECONDS)
    # The set of the new page, which has a notice of its own.
    assert page.locator(".notice").count() == 1
    assert page.locator(".notice").inner_text().startswith("There is no organisation “nobody” in the data")
    state(visit, "Follows the stream")


def test_an_error_that_nobody_expects_is_told_and_the_page_follows_again(
    visit: Visit, live: str, store: Store
) -> None:
    page = visit.open(live)
    page.evaluate(
        "() => { window.parse = DOMParser.prototype.parseFromString;"
        "DOMParser.prototype.parseFromString = () => { throw new RangeError('a defect'); }; }"
    )
    state(visit, "The page could not be brought up to date: load it again")
    visit.hear("a defect")
    page.evaluate("() => { DOMParser.prototype.parseFromString = window.parse; }")
    stream(store, "9")
    page.wait_for_selector("#open_cost [data-exact='9']", timeout=FOLLOWS_MILLISECONDS)
    state(visit, "Follows the stream")
