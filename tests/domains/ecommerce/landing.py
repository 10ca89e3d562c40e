"""Small random drops of the shop with the quirks of real drops, from a seed."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

from domains.ecommerce.tables import DEVICES, EVENT_TYPES, PAYMENT_METHODS, SOURCES

CATEGORIES = ("Books", "Toys", "Sports", "")
COUNTRIES = ("BR", "DE", "US", "")
DISCOUNTS = ("0", "5", "12.5", "33.33", "100", "")
FIRST_DAY = datetime(2024, 11, 20)

Row = list[object]


def write_landing(folder: Path, seed: int, orders: int = 400) -> None:
    """Write two drops of every table; the second, one folder deeper, corrects and extends the first."""
    chance = random.Random(seed)
    for number, path in enumerate([folder, folder / "month=12"]):
        path.mkdir(parents=True, exist_ok=True)
        for table, (header, rows) in _drop(chance, first=number * orders // 2, count=orders).items():
            with (path / f"{table}_{number}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(header.split())
                writer.writerows(rows)


def _time(chance: random.Random) -> datetime:
    return FIRST_DAY + timedelta(seconds=chance.randrange(90 * 86400))


def _cents(chance: random.Random, most: int = 20_000) -> str:
    return f"{chance.randrange(most) / 100:.2f}"


def _drop(chance: random.Random, *, first: int, count: int) -> dict[str, tuple[str, list[Row]]]:
    """Return the tables of a drop. Ids start at `first`; ids of an earlier drop are corrections."""
    ids = range(first, first + count)
    return {
        "customers": (
            "customer_id name email country age signup_date marketing_opt_in",
            [_customer(chance, number) for number in ids if number % 3 == 0],
        ),
        "products": (
            "product_id category name price_usd cost_usd margin_usd",
            [_product(chance, number) for number in range(first // 10, first // 10 + 30)],
        ),
        "orders": (
            "order_id customer_id order_time payment_method discount_pct subtotal_usd total_usd country device source",
            [_order(chance, number) for number in ids],
        ),
        "order_items": (
            "order_id product_id unit_price_usd quantity line_total_usd",
            [_line(chance, first + chance.randrange(count + 50)) for _ in range(count * 2)],
        ),
        "sessions": (
            "session_id customer_id start_time device source country",
            [_session(chance, number) for number in ids if number % 2 == 0],
        ),
        "events": (
            "event_id session_id timestamp event_type product_id qty cart_size payment discount_pct amount_usd",
            [_event(chance, number) for number in range(first * 3, (first + count) * 3)],
        ),
        "reviews": (
            "review_id order_id product_id rating review_text review_time",
            [_review(chance, number) for number in ids],
        ),
    }


def _customer(chance: random.Random, number: int) -> Row:
    age = chance.choice(["", "old", chance.randint(15, 80), f"{chance.randint(15, 80)}.0"])
    name = chance.choice(["Zoë, Q.", 'Al "Ace" B', "Liam\nO'Connor"])
    return [
        number,
        name,
        "a@example.org",
        chance.choice(COUNTRIES),
        age,
        "2024-01-31",
        chance.choice(["True", "false", ""]),
    ]


def _product(chance: random.Random, number: int) -> Row:
    cost = chance.choice(["", "-1", _cents(chance), _cents(chance), _cents(chance)])
    return [number, chance.choice(CATEGORIES), f"Product {number}", _cents(chance), cost, "-3.5"]


def _order(chance: random.Random, number: int) -> Row:
    return [
        number, chance.choice([chance.randrange(100), f"{chance.randrange(100)}.0", "", "x"]),
        _time(chance).isoformat(chance.choice("T ")), chance.choice([*PAYMENT_METHODS, "gold"]),
        chance.choice([*DISCOUNTS, "101"]), _cents(chance), chance.choice([_cents(chance), "1.005", "-0.01"]),
        chance.choice(COUNTRIES), chance.choice([*DEVICES, ""]), chance.choice(SOURCES),
    ]  # fmt: skip


def _line(chance: random.Random, order: int) -> Row:
    return [
        order,
        chance.randrange(80),
        _cents(chance),
        chance.choice([1, 2, "3.0", 0, "1.5"]),
        _cents(chance),
    ]


def _session(chance: random.Random, number: int) -> Row:
    moment = f"{_time(chance).isoformat()}{chance.choice(['', 'Z', '+03:00'])}"
    return [number, chance.randrange(150), moment, chance.choice(DEVICES), chance.choice(SOURCES), "BR"]


def _event(chance: random.Random, number: int) -> Row:
    kind = chance.choice([*EVENT_TYPES, "page_view", "page_view", "add_to_cart", "wish"])
    product = chance.choice(["", f"{chance.randrange(80)}.0"])
    return [
        number, chance.choice(["", chance.randrange(600)]), _time(chance).isoformat(), kind, product,
        chance.choice(["", "1.0", "1.5"]), "", "", chance.choice(DISCOUNTS), chance.choice(["", _cents(chance), "-1"]),
    ]  # fmt: skip


def _review(chance: random.Random, number: int) -> Row:
    moment = _time(chance)
    written = chance.choice([moment.isoformat(), moment.date().isoformat()])
    return [
        number,
        chance.randrange(500),
        chance.randrange(80),
        chance.choice([1, 2, 3, 4, 5, 6, ""]),
        "Só so",
        written,
    ]
