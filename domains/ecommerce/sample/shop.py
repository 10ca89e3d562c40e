"""The invented shop: its catalogue, customers and counters, from which months are generated in order.

A month depends on the seed, its number and the number of earlier rows. Months are written in chunks, so that
any size fits into memory. Only `Random.random` is used, because Python guarantees the same sequence of it in
all versions.
"""

from __future__ import annotations

import math
import unicodedata
from array import array
from dataclasses import dataclass, field
from random import Random

from domains.ecommerce.sample import words
from domains.ecommerce.sample.model import Month, Order, Product, pool, quoted

REAL_MONTHS = 70
REAL_CUSTOMERS, REAL_PRODUCTS, REAL_ORDERS, REAL_SESSIONS = 20_000, 1_200, 33_500, 120_000
"""Size of the real history, which is scale 1."""

REAL_WEIGHT = sum(words.MONTHS[index % 12] for index in range(REAL_MONTHS))
LOSS_LEADERS = 0.01
_REMEMBERED = 40
"""Number of customers, and of orders of each month, that are kept for corrections."""


@dataclass
class Shop:
    """The state of the shop while its months are generated in order.

    `next_id`, `remembered` (month → orders) and `customers` (id → line) serve the quirks that are added
    after the months.
    """

    seed: int
    scale: float
    start: str
    months: int
    next_id: dict[str, int] = field(default_factory=dict)
    remembered: dict[int, list[Order]] = field(default_factory=dict)
    customers: dict[int, str] = field(default_factory=dict)
    purchases_without_checkout: int = 0

    def __post_init__(self) -> None:
        tables = ("customers", "products", "orders", "sessions", "events", "reviews")
        self.next_id = dict.fromkeys(tables, 1)
        self._countries = array("B")
        self._country_names = tuple(name for name, _ in words.COUNTRIES)
        self._country_pool = pool([(index, weight) for index, (_, weight) in enumerate(words.COUNTRIES)])
        self.products = self._catalogue()

    def month(self, index: int) -> Month:
        """Return the month that lies `index` months after the first."""
        return Month.after(self.start, index)

    def take(self, table: str) -> int:
        """Return a new id of `table`."""
        self.next_id[table] += 1
        return self.next_id[table] - 1

    def count(self, real: int, index: int) -> int:
        """Return the number of rows in month `index`; `real` is the number in the whole real history.

        The result depends on the calendar month, not on the number of months.
        """
        before = sum(words.MONTHS[self.month(i).month - 1] for i in range(index))
        after = before + words.MONTHS[self.month(index).month - 1]
        unit = real * self.scale / REAL_WEIGHT
        return round(unit * after) - round(unit * before)

    def _catalogue(self) -> list[Product]:
        """Return the products. Their number grows with the square root of the scale."""
        random = Random(f"{self.seed}/products").random
        products = []
        for _ in range(max(30, round(REAL_PRODUCTS * math.sqrt(self.scale)))):
            product_id = self.take("products")
            category, low, high, kinds = words.CATEGORIES[product_id % len(words.CATEGORIES)]
            kind = kinds[int(random() * len(kinds))]
            finish = words.FINISHES[int(random() * len(words.FINISHES))]
            price = low + int(random() * (high - low))
            share = 1.05 if random() < LOSS_LEADERS else 0.4 + 0.5 * random()
            name = f"{kind} {finish} {100 + int(random() * 900)}"
            products.append(Product(product_id, category, name, price, int(price * share)))
        return products

    def customer_line(self, month: Month, random: Random) -> str:
        """Return the line of a new customer, registered in `month`."""
        draw = random.random
        number = self.take("customers")
        first = words.FIRST_NAMES[int(draw() * len(words.FIRST_NAMES))]
        last = words.LAST_NAMES[int(draw() * len(words.LAST_NAMES))]
        name = f"{first} {last}"
        if draw() < 0.005:
            name = words.TITLED_NAMES[int(draw() * len(words.TITLED_NAMES))]
        country = self._country_pool[int(draw() * len(self._country_pool))]
        self._countries.append(country)
        mailbox = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode().lower()
        age = 18 + int(draw() * 58)
        line = (
            f"{number},{quoted(name)},{mailbox}.{number}@example.{'com' if number % 3 else 'org'},"
            f"{self._country_names[country]},{age},{month.day(int(draw() * month.days))},{draw() < 0.55}"
        )
        if len(self.customers) < _REMEMBERED:
            self.customers[number] = line
        return line

    def remember(self, month: Month, order: Order) -> None:
        """Keep the first orders of each month, for corrections."""
        kept = self.remembered.setdefault(month.index, [])
        if len(kept) < _REMEMBERED:
            kept.append(order)

    @property
    def registered(self) -> int:
        """Number of customers so far; their ids begin with 1."""
        return len(self._countries)

    def country_of(self, customer_id: int) -> str:
        """Return the country of a registered customer."""
        return self._country_names[self._countries[customer_id - 1]]
