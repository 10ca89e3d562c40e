"""The invented shop: month by month, the rows of its tables as CSV lines.

A month depends on the seed, its number and how many rows came before, and is streamed in chunks,
so that any size fits into memory. Only `Random.random` is used: its sequence is the one thing that
Python promises to keep between versions.
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
"""The size of the real history; scale 1."""

REAL_WEIGHT = sum(words.MONTHS[index % 12] for index in range(REAL_MONTHS))
LOSS_LEADERS = 0.01
_REMEMBERED = 40
"""Customers, and orders of each month, that corrections can refer to later."""


@dataclass
class Shop:
    """Generates months in order; `next_id` and the memory serve whoever adds quirks afterwards."""

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
        return Month.after(self.start, index)

    def take(self, table: str) -> int:
        """A new identifier."""
        self.next_id[table] += 1
        return self.next_id[table] - 1

    def count(self, real: int, index: int) -> int:
        """Rows of month `index`, where `real` is the number in the whole real history.

        It depends on the calendar month, not on how many months there are.
        """
        before = sum(words.MONTHS[self.month(i).month - 1] for i in range(index))
        after = before + words.MONTHS[self.month(index).month - 1]
        unit = real * self.scale / REAL_WEIGHT
        return round(unit * after) - round(unit * before)

    def _catalogue(self) -> list[Product]:
        """The range of goods grows with the root of the size."""
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
        """A new customer, registered in `month`."""
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
        """Keep some orders of each month, for corrections."""
        kept = self.remembered.setdefault(month.index, [])
        if len(kept) < _REMEMBERED:
            kept.append(order)

    @property
    def registered(self) -> int:
        """Number of customers so far; their identifiers begin with 1."""
        return len(self._countries)

    def country_of(self, customer_id: int) -> str:
        return self._country_names[self._countries[customer_id - 1]]
