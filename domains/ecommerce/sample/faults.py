"""Rows that break a rule, with the checks that each row fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from domains.ecommerce.sample.manifest import Manifest
from domains.ecommerce.sample.shop import Shop

UNKNOWN = 999_999_999
"""Id that no master row has."""


class Fault(NamedTuple):
    """A faulty line and the checks that it fails.

    The line has placeholders: a {new} id, {time} and {day} of the month, a known {order} and {session}.
    """

    table: str
    line: str
    checks: tuple[str, ...]


QUARANTINED = (
    Fault("customers", "C-{new},Typo In Key,typo@example.com,SE,30,{day},True", ("customer_id.type",)),
    Fault("customers", ",No Key,nokey@example.com,SE,30,{day},True", ("customer_id.not_null",)),
    Fault("customers", "{new},Too Few,few@example.com", ("record.malformed",)),
    Fault("products", "{new},Games,Negative Price,-3.50,1.00,-4.50", ("price_usd.range",)),
    Fault("products", "{new},Games,No Cost,3.50,n/a,", ("cost_usd.type",)),
    Fault(
        "orders",
        "{new},1,{time},card,0,-5.00,-5.00,US,mobile,direct",
        ("subtotal_usd.range", "total_usd.range"),
    ),
    Fault("orders", "{new},1,{time},card,0,ten,10.00,US,mobile,direct", ("subtotal_usd.type",)),
    Fault("orders", "{new},1,{time},card,-5,10.00,10.50,US,mobile,direct", ("discount_pct.range",)),
    Fault("orders", "{new},1,soon,card,0,10.00,10.00,US,mobile,direct", ("order_time.type",)),
    Fault("orders", "{new},1,,card,0,10.00,10.00,US,mobile,direct", ("order_time.not_null",)),
    Fault("orders", "{new},,{time},card,0,10.00,10.00,US,mobile,direct", ("customer_id.not_null",)),
    Fault("orders", "{new},1,{time},card,0,10.00,10.00,US,mobile,direct,one,too,many", ("record.malformed",)),
    Fault("order_items", "{order},1,9.99,0,0.00", ("quantity.range",)),
    Fault("order_items", "{order},1,9.99,1.5,14.99", ("quantity.type",)),
    Fault("order_items", "{order},,9.99,1,9.99", ("product_id.not_null",)),
    Fault("order_items", "{order},1,9.99,1,", ("line_total_usd.not_null",)),
    Fault("order_items", "{order},1,-9.99,1,-9.99", ("line_total_usd.range", "unit_price_usd.range")),
    Fault("sessions", "{new},1,yesterday,mobile,direct,US", ("start_time.type",)),
    Fault("sessions", ",1,{time},mobile,direct,US", ("session_id.not_null",)),
    Fault("events", "{new},{session},{time},teleport,1.0,,,,,", ("event_type.allowed",)),
    Fault("events", "{new},{session},{time},,1.0,,,,,", ("event_type.not_null",)),
    Fault("events", "{new},{session},{time},purchase,,,,card,0.0,-20.00", ("amount_usd.range",)),
    Fault("events", "{new},{session},25:61,page_view,1.0,,,,,", ("timestamp.type",)),
    Fault("events", "{new},{session},{time}", ("record.malformed",)),
    Fault("reviews", "{new},{order},1,6,Six of five!,{time}", ("rating.range",)),
    Fault("reviews", "{new},{order},1,five,In words,{time}", ("rating.type",)),
    Fault("reviews", "{new},{order},,5,Of nothing,{time}", ("product_id.not_null",)),
    Fault("reviews", "{new},{order},1,5,Some day,2025-13-45", ("review_time.type",)),
)

FLAGGED = (
    Fault("customers", "{new},Ageless,ageless@example.com,SE,unknown,{day},False", ("age.type",)),
    Fault("customers", "{new},Day First,dayfirst@example.com,SE,40,31/12/2024,False", ("signup_date.type",)),
    Fault("customers", "{new},Undecided,undecided@example.com,SE,40,{day},maybe", ("marketing_opt_in.type",)),
    Fault("orders", "{new},1,{time},card,0,10.00,10.00,US,watch,direct", ("device.allowed",)),
    Fault("orders", "{new},1,{time},card,0,10.00,10.00,US,mobile,podcast", ("source.allowed",)),
    Fault("orders", "{new},1,{time},cheque,0,10.00,10.00,US,mobile,direct", ("payment_method.allowed",)),
    Fault("orders", "{new},1,{time},card,10,10.00,10.00,US,mobile,direct", ("total_usd.mismatch",)),
    Fault(
        "orders", f"{{new}},{UNKNOWN},{{time}},card,0,10.00,10.00,US,mobile,direct", ("customer_id.unknown",)
    ),
    Fault("order_items", "{order},1,9.99,2,9.99", ("line_total_usd.mismatch",)),
    Fault("order_items", f"{{order}},{UNKNOWN},9.99,1,9.99", ("product_id.unknown",)),
    Fault("order_items", f"{UNKNOWN},1,9.99,1,9.99", ("order_id.unknown",)),
    Fault("sessions", "{new},1,{time},watch,direct,US", ("device.allowed",)),
    Fault("sessions", "{new},1,{time},mobile,podcast,US", ("source.allowed",)),
    Fault("sessions", f"{{new}},{UNKNOWN},{{time}},mobile,direct,US", ("customer_id.unknown",)),
    Fault("events", f"{{new}},{UNKNOWN},{{time}},page_view,1.0,,,,,", ("session_id.unknown",)),
    Fault("events", f"{{new}},{{session}},{{time}},page_view,{UNKNOWN}.0,,,,,", ("product_id.unknown",)),
    Fault("events", "{new},{session},{time},page_view,101.5,,,,,", ("product_id.type",)),
    Fault("events", "{new},{session},{time},add_to_cart,1.0,two,,,,", ("qty.type",)),
    Fault("reviews", f"{{new}},{UNKNOWN},1,5,Of an unknown order,{{time}}", ("order_id.unknown",)),
    Fault(
        "reviews", f"{{new}},{{order}},{UNKNOWN},5,Of an unknown product,{{time}}", ("product_id.unknown",)
    ),
)


def faulty_lines(
    shop: Shop, manifest: Manifest, index: int, repeat: int, tables: Sequence[str]
) -> dict[str, list[str]]:
    """Return the faulty lines of `tables` in month `index`, each kind `repeat` times.

    The lines are counted in the manifest.
    """
    month = shop.month(index)
    orders = shop.remembered[index]
    lines: dict[str, list[str]] = defaultdict(list)
    for turn in range(repeat):
        for faults, count in ((QUARANTINED, manifest.quarantine), (FLAGGED, manifest.flag)):
            for fault in (each for each in faults if each.table in tables):
                line = fault.line.format(
                    new=shop.take(fault.table) if "{new}" in fault.line else "",
                    time=f"{month.day(14)}T12:00:00",
                    day=month.day(14),
                    order=orders[turn % len(orders)].order_id,
                    session=shop.next_id["sessions"] - 1,
                )
                lines[fault.table].append(line)
                count(fault.table, *fault.checks)
    return lines
