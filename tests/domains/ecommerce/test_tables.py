"""Every check of the shop: values that just fail it and values that just pass it."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from lake.model.discovery import load_domain
from lake.model.spec import Table
from tests.domains.cloud_provider.check_cases import Case, Texts, flagged, good, mismatches, quarantined

SHOP = load_domain("ecommerce")

GOOD_ROWS: dict[str, Texts] = {
    "customers": {"customer_id": "1", "name": "Ann", "email": "a@example.org", "country": "SE", "age": "30",
                  "signup_date": "2024-01-31", "marketing_opt_in": "True"},
    "products": {"product_id": "1", "category": "Books", "name": "Atlas", "price_usd": "10.00", "cost_usd": "4.00",
                 "margin_usd": "6.00"},
    "orders": {"order_id": "1", "customer_id": "1", "order_time": "2025-11-02T08:30:00", "payment_method": "card",
               "discount_pct": "10", "subtotal_usd": "100.00", "total_usd": "90.00", "country": "SE",
               "device": "mobile", "source": "organic"},
    "order_items": {"order_id": "1", "product_id": "1", "unit_price_usd": "10.00", "quantity": "2",
                    "line_total_usd": "20.00"},
    "sessions": {"session_id": "1", "customer_id": "1", "start_time": "2025-11-02T08:30:00", "device": "desktop",
                 "source": "paid", "country": "SE"},
    "events": {"event_id": "1", "session_id": "1", "event_ts": "2025-11-02T08:30:00", "event_type": "purchase",
               "product_id": "1.0", "qty": "1.0", "cart_size": "3.0", "payment": "card", "discount_pct": "5.0",
               "amount_usd": "19.99"},
    "reviews": {"review_id": "1", "order_id": "1", "product_id": "1", "rating": "5", "review_text": "Good.",
                "review_time": "2025-11-02"},
}  # fmt: skip


def required(column: str) -> list[Case]:
    """Return cases of a required number: null and text are quarantined."""
    return [
        quarantined(f"{column}.not_null", **{column: None}),
        quarantined(f"{column}.type", **{column: "x"}),
    ]


def nulled(column: str) -> Case:
    """Return the case of an optional number: text is flagged and becomes null."""
    return flagged(f"{column}.type", {column: None}, **{column: "x"})


def suggested(column: str, expected: tuple[str, ...]) -> list[Case]:
    """Return cases of a column whose unexpected values are flagged and kept. Case matters."""
    return [
        flagged(f"{column}.allowed", {column: "other"}, **{column: "other"}),
        flagged(f"{column}.allowed", {}, **{column: expected[0].upper()}),
        good({column: None}, **{column: None}),
        *(good({column: value}, **{column: value}) for value in expected),
    ]


DEVICES = ("mobile", "desktop", "tablet")
SOURCES = ("organic", "direct", "paid", "social", "email", "referral")

CASES: dict[str, list[Case]] = {
    "customers": [
        *required("customer_id"),
        good({"customer_id": "7"}, customer_id="7.0"),
        quarantined("customer_id.type", customer_id="7.5"),
        nulled("age"), good({"age": "30"}, age="30.0"), flagged("age.type", {"age": None}, age="30.5"),
        good({"age": "-1"}, age="-1"),
        nulled("signup_date"), flagged("signup_date.type", {"signup_date": None}, signup_date="31/01/2024"),
        nulled("marketing_opt_in"), good({"marketing_opt_in": "false"}, marketing_opt_in="FALSE"),
        good(dict.fromkeys(("name", "email", "country", "age", "signup_date", "marketing_opt_in")),
             name=None, email=None, country=None, age=None, signup_date=None, marketing_opt_in=None),
        Case({"age": "x", "signup_date": "y", "marketing_opt_in": "z"},
             flags=["age.type", "marketing_opt_in.type", "signup_date.type"]),
    ],
    "products": [
        *required("product_id"),
        quarantined("price_usd.type", price_usd="x"), good({"price_usd": None}, price_usd=None),
        quarantined("price_usd.range", price_usd="-0.01"), good({"price_usd": "0.00"}, price_usd="0"),
        good({"price_usd": "0.00"}, price_usd="-0.004"), quarantined("price_usd.range", price_usd="-0.005"),
        quarantined("cost_usd.type", cost_usd="x"), good({"cost_usd": None}, cost_usd=None),
        quarantined("cost_usd.range", cost_usd="-0.01"), good({"cost_usd": "0.00"}, cost_usd="0"),
        nulled("margin_usd"), good({"margin_usd": "-3.50"}, margin_usd="-3.5"),
        Case({"price_usd": "-1", "cost_usd": "-1"}, failed=["cost_usd.range", "price_usd.range"]),
    ],
    "orders": [
        *required("order_id"), *required("customer_id"), *required("order_time"), *required("subtotal_usd"),
        *required("total_usd"),
        quarantined("order_time.type", order_time="2025-11-02"),
        quarantined("order_time.future", order_time="2026-01-03T00:00:01"), good(order_time="2026-01-03T00:00:00"),
        good({"order_time": "2025-11-02 08:30:00"}, order_time="2025-11-02 08:30:00Z"),
        Case({"subtotal_usd": "-0.01", "total_usd": "0"}, failed=["subtotal_usd.range"]),
        good(subtotal_usd="0", total_usd="0"),
        quarantined("total_usd.range", total_usd="-0.01"),
        quarantined("discount_pct.range", discount_pct="-0.01"),
        quarantined("discount_pct.range", discount_pct="100.01"),
        good({"discount_pct": "0.00"}, discount_pct="0", total_usd="100"),
        good({"discount_pct": "100.00"}, discount_pct="100", total_usd="0"),
        good({"discount_pct": "0.00"}, discount_pct=None, total_usd="100"),
        flagged("discount_pct.type", {"discount_pct": "0.00"}, discount_pct="x", total_usd="100"),
        *suggested("payment_method", ("card", "paypal", "wallet", "cod")),
        *suggested("device", DEVICES), *suggested("source", SOURCES),
        good(total_usd="90.01"), good(total_usd="89.99"),
        flagged("total_usd.mismatch", {"total_usd": "90.02"}, total_usd="90.02"),
        flagged("total_usd.mismatch", {}, total_usd="89.98"),
        good(subtotal_usd="0.05", total_usd="0.03", discount_pct="50"),
        Case({"device": "tv", "source": "tv", "total_usd": "1"},
             flags=["device.allowed", "source.allowed", "total_usd.mismatch"]),
    ],
    "order_items": [
        *required("order_id"), *required("product_id"), *required("unit_price_usd"), *required("quantity"),
        *required("line_total_usd"),
        Case({"unit_price_usd": "-0.01", "quantity": "1", "line_total_usd": "0"}, failed=["unit_price_usd.range"]),
        good(unit_price_usd="0", line_total_usd="0"),
        quarantined("line_total_usd.range", line_total_usd="-0.01"),
        quarantined("quantity.range", quantity="0"), good(quantity="1", line_total_usd="10"),
        quarantined("quantity.type", quantity="1.5"), good({"quantity": "2"}, quantity="2.0"),
        good(line_total_usd="20.01"), good(line_total_usd="19.99"),
        flagged("line_total_usd.mismatch", {"line_total_usd": "20.02"}, line_total_usd="20.02"),
        flagged("line_total_usd.mismatch", {}, line_total_usd="19.98"),
    ],
    "sessions": [
        *required("session_id"), *required("start_time"),
        quarantined("start_time.future", start_time="9999-12-31T00:00:00"), nulled("customer_id"),
        good({"customer_id": None}, customer_id=None), *suggested("device", DEVICES), *suggested("source", SOURCES),
    ],
    "events": [
        *required("event_id"),
        quarantined("timestamp.not_null", event_ts=None), quarantined("timestamp.type", event_ts="x"),
        quarantined("timestamp.future", event_ts="2205-06-15T10:00:00Z"),
        nulled("session_id"), good({"session_id": None}, session_id=None),
        quarantined("event_type.not_null", event_type=None),
        quarantined("event_type.allowed", event_type="teleport"),
        quarantined("event_type.allowed", event_type="Purchase"),
        *(good(event_type=kind) for kind in ("page_view", "add_to_cart", "checkout", "purchase")),
        nulled("product_id"), good({"product_id": "101"}, product_id="101.0"),
        flagged("product_id.type", {"product_id": None}, product_id="101.5"),
        nulled("qty"), nulled("cart_size"), nulled("discount_pct"), nulled("amount_usd"),
        good({"qty": "1", "cart_size": "3", "product_id": "1"}),
        quarantined("amount_usd.range", amount_usd="-0.01"), good({"amount_usd": "0.00"}, amount_usd="0"),
        good({"amount_usd": None}, amount_usd=None),
    ],
    "reviews": [
        *required("review_id"), *required("product_id"), *required("rating"), *required("review_time"),
        nulled("order_id"), good({"order_id": None}, order_id=None),
        quarantined("review_time.future", review_time="2026-01-04"), good(review_time="2026-01-03"),
        flagged("order_id.type", {"order_id": None}, order_id="1.2E+3"),
        quarantined("review_id.type", review_id="1.2E+3"), quarantined("product_id.type", product_id="1e2"),
        quarantined("rating.range", rating="0"), quarantined("rating.range", rating="6"),
        quarantined("rating.type", rating="4.5"),
        *(good({"rating": stars}, rating=stars) for stars in ("1", "5")),
        good({"review_time": "2025-11-02 00:00:00"}),
        good({"review_time": "2025-11-02 10:00:00"}, review_time="2025-11-02T10:00:00"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_case_has_the_declared_result(spark: SparkSession, name: str) -> None:
    cases = [Case({}), *CASES[name]]
    assert mismatches(spark, SHOP.table(name), GOOD_ROWS[name], cases) == []


@pytest.mark.parametrize("table", SHOP.tables, ids=lambda table: table.name)
def test_every_check_has_a_case(table: Table) -> None:
    covered = {check for case in CASES[table.name] for check in (*case.failed, *case.flags)}
    elsewhere = {"record.malformed"} | {f"{ref.column}.unknown" for ref in table.references}
    assert covered == set(table.check_names()) - elsewhere
