"""Visits to the shop: a session, its events and, if it converts, an order with lines and a review."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from domains.ecommerce.sample import words
from domains.ecommerce.sample.model import (
    CARTS,
    CLOCK,
    DEVICES,
    DISCOUNTS,
    HOURS,
    LINES,
    PAYMENTS,
    QUANTITIES,
    RATINGS,
    SOURCES,
    VIEWS,
    Month,
    Order,
    plain,
    quoted,
)
from domains.ecommerce.sample.shop import Shop

REVIEWED = 0.322
ANONYMOUS = 0.03
REACHES_CHECKOUT = 0.12
WITHOUT_CHECKOUT = 0.03
LOYAL = 0.3
_LAST_START = 2 * 3600
"""No visit starts in the last two hours of a month, so that each visit ends in the month of its start."""

_REVIEWS = {rating: tuple(quoted(text) for text in texts) for rating, texts in words.REVIEWS.items()}


class Visits:
    """Generates the visits of one month and appends their lines to `sinks` (table → lines).

    The code is optimised for speed, because it generates most rows.
    """

    def __init__(self, shop: Shop, month: Month, random: Random, sinks: Mapping[str, list[str]]) -> None:
        self._shop = shop
        self._month = month
        self._draw = random.random
        self._dates = tuple(month.day(day) for day in range(month.days))
        self._days = tuple(f"{day}T" for day in self._dates)
        self._sinks = sinks
        self._events = sinks["events"]

    def starts(self, visits: int) -> list[int]:
        """Return the start times of the visits, in seconds of the month, sorted."""
        draw, busy = self._draw, self._month.busy_days()
        latest = self._month.days * 86_400 - _LAST_START
        return sorted(
            min(
                latest,
                busy[int(draw() * len(busy))] * 86_400
                + HOURS[int(draw() * len(HOURS))] * 3600
                + int(draw() * 3600),
            )
            for _ in range(visits)
        )

    def visit(self, start: int, converts: bool) -> None:
        """Append one visit that starts at second `start`; with `converts` it ends with an order."""
        draw, shop = self._draw, self._shop
        known = int(shop.registered * draw() * (draw() if draw() < LOYAL else 1)) + 1
        country = shop.country_of(known)
        customer = "" if not converts and draw() < ANONYMOUS else known
        device = DEVICES[int(draw() * len(DEVICES))]
        source = SOURCES[int(draw() * len(SOURCES))]
        session = shop.take("sessions")
        self._sinks["sessions"].append(
            f"{session},{customer},{self._stamp(start)},{device},{source},{country}"
        )
        now = self._browse(session, start)
        if converts:
            self._purchase(session, now, (known, country, device, source))
        else:
            self._leave(session, now)

    def _stamp(self, second: int) -> str:
        return self._days[second // 86_400] + CLOCK[second % 86_400]

    def _event(self, session: int, now: int, rest: str) -> None:
        event = self._shop.take("events")
        self._events.append(f"{event},{session},{self._days[now // 86_400]}{CLOCK[now % 86_400]},{rest}")

    def _browse(self, session: int, now: int) -> int:
        draw, products = self._draw, len(self._shop.products)
        for _ in range(VIEWS[int(draw() * len(VIEWS))]):
            now += 5 + int(draw() * 110)
            self._event(session, now, f"page_view,{1 + int(draw() * products)}.0,,,,,")
        return now

    def _leave(self, session: int, now: int) -> None:
        draw, products = self._draw, len(self._shop.products)
        carts = CARTS[int(draw() * len(CARTS))]
        for _ in range(carts):
            now += 5 + int(draw() * 60)
            quantity = QUANTITIES[int(draw() * len(QUANTITIES))]
            self._event(session, now, f"add_to_cart,{1 + int(draw() * products)}.0,{quantity}.0,,,,")
        if carts and draw() < REACHES_CHECKOUT:
            self._event(session, now + 30, f"checkout,,,{carts}.0,,,")

    def _purchase(self, session: int, now: int, who: tuple[int, str, str, str]) -> None:
        draw, shop, sinks = self._draw, self._shop, self._sinks
        lines = tuple(self._line() for _ in range(LINES[int(draw() * len(LINES))]))
        for product, _, quantity in lines:
            now += 5 + int(draw() * 60)
            self._event(session, now, f"add_to_cart,{product}.0,{quantity}.0,,,,")
        if draw() < WITHOUT_CHECKOUT:
            shop.purchases_without_checkout += 1
        else:
            now += 20 + int(draw() * 60)
            self._event(session, now, f"checkout,,,{len(lines)}.0,,,")
        now += 20 + int(draw() * 180)
        customer, country, device, source = who
        order = Order(
            shop.take("orders"), customer, self._stamp(now), PAYMENTS[int(draw() * len(PAYMENTS))],
            DISCOUNTS[int(draw() * len(DISCOUNTS))], sum(price * quantity for _, price, quantity in lines),
            country, device, source, lines,
        )  # fmt: skip
        paid = f"{order.payment},{order.discount}.0,{plain(order.total)}"
        self._event(session, now, f"purchase,,,,{paid}")
        sinks["orders"].append(order.line)
        sinks["order_items"].extend(order.item_lines)
        shop.remember(self._month, order)
        if draw() < REVIEWED:
            self._review(order, now // 86_400)

    def _line(self) -> tuple[int, int, int]:
        draw, products = self._draw, self._shop.products
        product = products[int(draw() * len(products))]
        return product.product_id, product.price, QUANTITIES[int(draw() * len(QUANTITIES))]

    def _review(self, order: Order, day: int) -> None:
        """Append a review of the first line's product, some days later but in the same month."""
        draw = self._draw
        rating = RATINGS[int(draw() * len(RATINGS))]
        texts = _REVIEWS[rating]
        written = self._dates[min(len(self._dates) - 1, day + 1 + int(draw() * 14))]
        self._sinks["reviews"].append(
            f"{self._shop.take('reviews')},{order.order_id},{order.lines[0][0]},{rating},"
            f"{texts[int(draw() * len(texts))]},{written}T00:00:00"
        )
