"""A page of the browser with everything that it said or asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


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
