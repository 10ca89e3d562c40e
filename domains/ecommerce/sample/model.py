"""Building blocks of the invented shop's rows: products, orders, months, and CSV fields."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from domains.ecommerce.sample import words
from domains.ecommerce.tables import TABLES

HEADERS = {table.name: ",".join(table.headers) for table in TABLES}
CLOCK = tuple(f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(86_400))

T = TypeVar("T")


def pool(weighted: Sequence[tuple[T, int]]) -> tuple[T, ...]:
    """Return each value as many times as its weight; a random index is then a cheap weighted choice."""
    return tuple(value for value, weight in weighted for _ in range(weight))


def quoted(text: str) -> str:
    """Return a CSV field, with quotes where they are necessary."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def plain(cents: int) -> str:
    """Return an amount in dollars as the shop writes it: 99.8, 120.0."""
    return repr(cents / 100)


COUNTRIES, DEVICES, SOURCES = pool(words.COUNTRIES), pool(words.DEVICES), pool(words.SOURCES)
PAYMENTS, DISCOUNTS, HOURS = pool(words.PAYMENTS), pool(words.DISCOUNTS), pool(words.HOURS)
LINES, QUANTITIES, VIEWS = pool(words.LINES), pool(words.QUANTITIES), pool(words.VIEWS)
CARTS, RATINGS = pool(words.CARTS), pool(words.RATINGS)


class Product(NamedTuple):
    """A product of the catalogue; amounts are in cents."""

    product_id: int
    category: str
    name: str
    price: int
    cost: int

    @property
    def line(self) -> str:
        """CSV line of the product."""
        prices = f"{plain(self.price)},{plain(self.cost)},{plain(self.price - self.cost)}"
        return f"{self.product_id},{quoted(self.category)},{quoted(self.name)},{prices}"


class Order(NamedTuple):
    """An order; amounts are in cents. `lines` are (product_id, unit price, quantity)."""

    order_id: int
    customer_id: int
    time: str
    payment: str
    discount: int
    subtotal: int
    country: str
    device: str
    source: str
    lines: tuple[tuple[int, int, int], ...]

    @property
    def total(self) -> int:
        """Subtotal less discount, rounded half up to cents."""
        return (self.subtotal * (100 - self.discount) + 50) // 100

    @property
    def line(self) -> str:
        """CSV line of the order's header."""
        amounts = f"{self.discount},{plain(self.subtotal)},{plain(self.total)}"
        where = f"{self.country},{self.device},{self.source}"
        return f"{self.order_id},{self.customer_id},{self.time},{self.payment},{amounts},{where}"

    @property
    def item_lines(self) -> list[str]:
        """CSV lines of the order lines."""
        return [
            f"{self.order_id},{product},{plain(price)},{quantity},{plain(price * quantity)}"
            for product, price, quantity in self.lines
        ]


@dataclass(frozen=True)
class Month:
    """A calendar month; `index` counts the months since the first month of the data."""

    index: int
    year: int
    month: int

    @classmethod
    def after(cls, start: str, index: int) -> Month:
        """Return the month that lies `index` months after `start`, written yyyy-MM."""
        year, month = (int(part) for part in start.split("-"))
        months = year * 12 + month - 1 + index
        return cls(index, months // 12, months % 12 + 1)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    def day(self, number: int) -> str:
        """Return the date of the month's day `number`, counted from 0."""
        return f"{self.year}-{self.month:02}-{number + 1:02}"

    def busy_days(self) -> tuple[int, ...]:
        """Return the month's days from 0, each as many times as the weight of its weekday."""
        return pool(
            [
                (day, words.WEEKDAYS[date(self.year, self.month, day + 1).weekday()])
                for day in range(self.days)
            ]
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"
