"""A page of the browser with everything that it said or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_PAUSE_MILLISECONDS = 50
_HEARINGS = 200
"""Looks for what a page says, with a pause after each."""


class Visit:
    """A page of the browser with everything that it said or asked for."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1600, "height": 1000}, **options})
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def hear(self, text: str) -> None:
        """Wait until the page has said a text: the browser reports it after it has shown the result."""
        for _ in range(_HEARINGS):
            if text in self.said:
                return
            self.page.wait_for_timeout(_PAUSE_MILLISECONDS)
        raise AssertionError(f"the page did not say '{text}', but {self.said}")

    def serious(self, axe: str) -> list[str]:
        """Return what axe finds serious on the page."""
        self.page.evaluate(axe)
        found = self.page.evaluate("axe.run().then((result) => result.violations)")
        return [
            f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]
            if each["impact"] in ("serious", "critical")
        ]  # fmt: skip

    def open(self, address: str) -> Page:
        """Open an address and wait until all charts are drawn."""
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready]")
        for place in range(self.page.locator("#pages .chart").count()):
            self.page.wait_for_selector(f"#pages .chart.is-drawn >> nth={place}")
        return self.page
