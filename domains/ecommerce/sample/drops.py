"""The drops of the two newest months: free file names, unusual formats, and corrections of earlier rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domains.ecommerce.sample.faults import faulty_lines
from domains.ecommerce.sample.files import (
    PLAIN,
    Form,
    Landing,
    reversed_columns,
    with_coupon,
    without_last_column,
)
from domains.ecommerce.sample.model import HEADERS, Month, Order, Product
from domains.ecommerce.sample.months import write_month
from domains.ecommerce.sample.shop import Shop
from domains.ecommerce.sample.words import MONTH_NAMES

DROPS = 2
"""Number of newest months that arrive as separate drops."""

MIN_MONTHS = DROPS + 2
"""Corrections change the last month of the history and move orders to the month before it."""

REPEATED_ROWS = 2
LATE_CUSTOMERS = 2
PRICE_CHANGES = 12
"""Enough good rows to keep the drop's share of faulty products below the one that rejects a batch."""

LATE_EVENTS = 5


@dataclass(frozen=True, kw_only=True)
class LateMasters:
    """Masters that the first drop refers to and that arrive with the second drop."""

    customers: tuple[str, ...]
    product: Product


class Drops:
    """Writes the two drops. The history must have been written before."""

    def __init__(self, shop: Shop, landing: Landing, repeat: int) -> None:
        self._shop = shop
        self._landing = landing
        self._manifest = landing.manifest
        self._repeat = repeat
        self._newest = shop.months - 1

    def write(self) -> None:
        """Write both drops with all their quirks."""
        late = self._first_drop(self._lines_of(self._newest - 1))
        self._second_drop(self._lines_of(self._newest), late)
        self._corrections()
        self._odd_files()

    def _lines_of(self, index: int) -> dict[str, list[str]]:
        lines: dict[str, list[str]] = {table: [] for table in HEADERS}
        write_month(self._shop, index, lines, lambda: None)
        return lines

    def _put(self, month: Month, suffix: str, table: str, lines: list[str], form: Form = PLAIN) -> None:
        end = ".csv.gz" if form.compressed else ".csv"
        self._landing.write(f"month={month}/{table}_{suffix}{end}", table, lines, form)

    def _first_drop(self, lines: Mapping[str, list[str]]) -> LateMasters:
        """Write all tables in unusual formats, and return the masters that they refer to too early."""
        index = self._newest - 1
        month = self._shop.month(index)
        late = self._late_masters(lines, index)
        lines["order_items"].extend(
            faulty_lines(self._shop, self._manifest, index, self._repeat, ("order_items",))["order_items"]
        )
        suffix = f"{MONTH_NAMES[month.month - 1]}_{month.year}"
        forms = {
            "customers": Form(bom=True, line_end="\r\n"),
            "orders": Form(spelling=with_coupon),
            "sessions": Form(spelling=reversed_columns),
            "events": Form(compressed=True),
        }
        for table in ("customers", "orders", "order_items", "sessions", "events", "reviews"):
            self._put(month, suffix, table, lines[table], forms.get(table, PLAIN))
        self._manifest.drift[f"month={month}/orders_{suffix}.csv"] = ["+coupon_code"]
        self._manifest.quirks.update(byte_order_marks=1, crlf_files=1, gzip_files=1, reordered_files=1)
        return late

    def _late_masters(self, lines: Mapping[str, list[str]], index: int) -> LateMasters:
        shop, month = self._shop, self._shop.month(index)
        customers = []
        for _ in range(LATE_CUSTOMERS):
            number = shop.take("customers")
            customers.append(f"{number},Late Arrival,late.{number}@example.com,NL,33,{month.day(3)},True")
            order = f"{shop.take('orders')},{number},{month.day(5)}T10:00:00,card,0,25.0,25.0,NL,mobile,email"
            lines["orders"].append(order)
        product = Product(shop.take("products"), "Games", 'Puzzle "Latecomer"', 2500, 1000)
        order_id = shop.remembered[index][0].order_id
        lines["order_items"].append(f"{order_id},{product.product_id},25.0,1,25.0")
        self._manifest.quirks.update(late_customers=LATE_CUSTOMERS, late_products=1)
        return LateMasters(customers=tuple(customers), product=product)

    def _second_drop(self, lines: Mapping[str, list[str]], late: LateMasters) -> None:
        """Write late masters, changed prices, repeated rows and a row for every rule, but no order lines."""
        index = self._newest
        month = self._shop.month(index)
        tables = tuple(table for table in HEADERS if table != "order_items")
        changed = [
            product._replace(price=product.price + 100) for product in self._shop.products[:PRICE_CHANGES]
        ]
        lines["products"].extend(product.line for product in (*changed, late.product))
        self._manifest.superseded["products"] += len(changed)
        lines["customers"].extend(late.customers)
        number = self._shop.take("customers")
        latin1 = f"{number},René François,rene.{number}@example.com,FR,44,{month.day(1)},False"
        lines["customers"].append(latin1.encode("latin-1").decode("utf-8", errors="surrogateescape"))
        self._manifest.quarantine("customers", "record.malformed")
        for table in ("orders", "sessions"):
            lines[table].extend(lines[table][-REPEATED_ROWS:])
            self._manifest.duplicates[table] += REPEATED_ROWS
        for table, faulty in faulty_lines(self._shop, self._manifest, index, self._repeat, tables).items():
            lines[table].extend(faulty)
        stamp = f"{month.year}_{month.month:02}"
        for table in tables:
            suffix = "next_month" if table in {"customers", "sessions"} else stamp
            form = Form(spelling=without_last_column) if table == "sessions" else PLAIN
            self._put(month, suffix, table, lines[table], form)
        self._manifest.drift[f"month={month}/sessions_next_month.csv"] = ["-country"]
        self._manifest.quirks.update(latin1_lines=1, price_changes=len(changed))

    def _corrections(self) -> None:
        """Write newer versions of historic rows, which rank higher because of their deeper path."""
        shop, manifest = self._shop, self._manifest
        folder = f"month={shop.month(self._newest)}/corrections"
        history = self._newest - DROPS
        customers = [
            line.replace("@example.", "@mail.example.") for line in list(shop.customers.values())[:5]
        ]
        self._landing.write(f"{folder}/customers_corrected.csv", "customers", customers)
        manifest.superseded["customers"] += len(customers)
        orders = shop.remembered[history]
        cheaper = [order._replace(discount=50) for order in orders[:3]]
        moved = [self._moved(order, history - 1) for order in orders[3:5]]
        unchanged = orders[5:6]
        rejected = [order._replace(discount=-1).line for order in orders[6:7]]
        versions = [order.line for order in (*cheaper, *moved, *unchanged)]
        self._landing.write(f"{folder}/orders_corrected.csv", "orders", [*versions, *rejected])
        manifest.superseded["orders"] += len(cheaper) + len(moved)
        manifest.duplicates["orders"] += len(unchanged)
        for _ in rejected:
            manifest.quarantine("orders", "discount_pct.range")
        replaced = orders[7:9]
        lines = [f"{order.order_id},1,10.0,9,90.0" for order in replaced]
        self._landing.write(f"{folder}/order_items_corrected.csv", "order_items", lines)
        manifest.superseded["order_items"] += sum(len(order.lines) for order in replaced)
        old = shop.month(history - 1)
        late = [
            f"{shop.take('events')},1,{old.day(9)}T08:00:0{number},page_view,1.0,,,,,"
            for number in range(LATE_EVENTS)
        ]
        self._landing.write(f"{folder}/events_late.csv", "events", late)
        manifest.quirks.update(
            corrected_customers=len(customers), corrected_orders=len(cheaper), moved_orders=len(moved),
            repeated_orders=len(unchanged), rejected_corrections=len(rejected),
            orders_with_replaced_lines=len(replaced), late_events=len(late),
        )  # fmt: skip

    def _moved(self, order: Order, index: int) -> Order:
        return order._replace(time=f"{self._shop.month(index).day(19)}T{order.time[11:]}")

    def _odd_files(self) -> None:
        """Write a copy of a file under another name, a file with only a header, and a file of no table."""
        month = self._shop.month(self._newest)
        folder, stamp = f"month={month}", f"{month.year}_{month.month:02}"
        original = f"{folder}/reviews_{stamp}.csv"
        content = (self._landing.root / original).read_bytes()
        self._landing.write_bytes(
            f"{folder}/reviews_{stamp}_copy.csv", content, self._manifest.files[original]
        )
        self._landing.write(f"{folder}/sessions_{stamp}_none.csv", "sessions", [])
        suppliers = f"{folder}/suppliers_{stamp}.csv"
        self._landing.write_bytes(suppliers, b"supplier_id,name\n1,Nobody declared us\n", 1)
        self._manifest.rejected_files[suppliers] = "unknown table"
        self._manifest.quirks.update(copied_files=1, header_only_files=1)
