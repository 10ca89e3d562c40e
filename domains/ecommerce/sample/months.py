"""CSV lines of one month of the shop: new customers, products and visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from domains.ecommerce.sample.shop import REAL_CUSTOMERS, REAL_ORDERS, REAL_SESSIONS, Shop
from domains.ecommerce.sample.visits import Visits

_CHUNK = 5_000
"""Number of visits between two flushes."""


def write_month(shop: Shop, index: int, sinks: Mapping[str, list[str]], flush: Callable[[], None]) -> None:
    """Append the lines of month `index` to `sinks` (table → lines); call `flush` every _CHUNK visits."""
    month = shop.month(index)
    random = Random(f"{shop.seed}/{index}")
    # An order needs a customer: the first month registers at least one.
    registrations = shop.count(REAL_CUSTOMERS, index) or (0 if shop.registered else 1)
    sinks["customers"].extend(shop.customer_line(month, random) for _ in range(registrations))
    if index == 0:
        sinks["products"].extend(product.line for product in shop.products)
    visits = Visits(shop, month, random, sinks)
    sessions = shop.count(REAL_SESSIONS, index)
    orders = min(sessions, shop.count(REAL_ORDERS, index))
    for number, start in enumerate(visits.starts(sessions)):
        # Orders are distributed evenly over the visits, so that their number is exact.
        converts = (number + 1) * orders // sessions > number * orders // sessions
        visits.visit(start, converts)
        if number % _CHUNK == _CHUNK - 1:
            flush()
    flush()
