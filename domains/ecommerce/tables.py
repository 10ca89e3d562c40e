"""The shop's incoming tables: seven CSV tables with their identity, quality rules and references."""

from __future__ import annotations

from lake.model.checks import Check, Effect, allowed, at_least, between, flag
from lake.model.columns import Column, bigint, boolean, date, decimal, integer, money, text, timestamp
from lake.model.spec import Reference, Table, Versions

DEVICES = ("mobile", "desktop", "tablet")
SOURCES = ("organic", "direct", "paid", "social", "email", "referral")
PAYMENT_METHODS = ("card", "paypal", "wallet", "cod")
EVENT_TYPES = ("page_view", "add_to_cart", "checkout", "purchase")

percentage = decimal(5, 2)
CENT = "0.01"


def _id(name: str, description: str, **options: object) -> Column:
    return bigint(name, description, **options)


def _expected(column: str, values: tuple[str, ...]) -> Check:
    """Return a check that flags an unusual value and keeps it, because the shop may use a new one."""
    return allowed(column, values, Effect.FLAG)


CUSTOMERS = Table(
    name="customers",
    description="Registered customers; the newest version of each counts.",
    key=("customer_id",),
    columns=(
        _id("customer_id", "Identifies the customer."),
        text("name", "Full name.", personal=True),
        text("email", "E-mail address.", personal=True),
        text("country", "Country of residence, ISO 3166 alpha-2."),
        integer("age", "Age in years, as stated by the customer."),
        date("signup_date", "Day of registration."),
        boolean("marketing_opt_in", "Agreed to marketing messages."),
    ),
)

PRODUCTS = Table(
    name="products",
    description="The catalogue with current list prices and costs.",
    key=("product_id",),
    columns=(
        _id("product_id", "Identifies the product."),
        text("category", "Category in the catalogue."),
        text("name", "Product name."),
        money("price_usd", "List price.", strict=True),
        money("cost_usd", "Cost of one unit.", strict=True),
        money("margin_usd", "List price minus cost; negative for loss leaders."),
    ),
    checks=(at_least("price_usd", 0), at_least("cost_usd", 0)),
)

ORDERS = Table(
    name="orders",
    description="Order headers.",
    key=("order_id",),
    dated_by="order_time",
    columns=(
        _id("order_id", "Identifies the order."),
        _id("customer_id", "Customer who placed the order.", required=True),
        timestamp("order_time", "When the order was placed, UTC."),
        text("payment_method", "card, paypal, wallet or cod."),
        percentage("discount_pct", "Discount on the subtotal in percent; none counts as 0.", default="0"),
        money("subtotal_usd", "Sum of the lines before the discount.", required=True),
        money("total_usd", "Amount that the customer paid.", required=True),
        text("country", "Country of delivery, ISO 3166 alpha-2."),
        text("device", "mobile, desktop or tablet."),
        text("source", "Marketing channel that brought the order."),
    ),
    checks=(
        at_least("subtotal_usd", 0),
        at_least("total_usd", 0),
        between("discount_pct", 0, 100),
        _expected("payment_method", PAYMENT_METHODS),
        _expected("device", DEVICES),
        _expected("source", SOURCES),
        flag(
            "total_usd.mismatch",
            "abs(total_usd * 100 - subtotal_usd * (100 - coalesce(discount_pct, 0))) > 1",
            "subtotal less discount, to the cent",
        ),
    ),
    references=(Reference(column="customer_id", table="customers"),),
)

ORDER_ITEMS = Table(
    name="order_items",
    description="Order lines. A delivery with a line of an order contains all lines of that order.",
    key=("order_id",),
    versions=Versions.GROUP,
    columns=(
        _id("order_id", "Order that the line belongs to."),
        _id("product_id", "Ordered product.", required=True),
        money("unit_price_usd", "Price of one unit.", required=True),
        integer("quantity", "Units ordered.", required=True),
        money("line_total_usd", "Price of the line.", required=True),
    ),
    numbered=integer("line_no", "Number of the line in its order, from 1: path and row of its delivery."),
    checks=(
        at_least("unit_price_usd", 0),
        at_least("line_total_usd", 0),
        at_least("quantity", 1),
        flag(
            "line_total_usd.mismatch",
            f"abs(line_total_usd - unit_price_usd * quantity) > {CENT}",
            "unit price times quantity, to the cent",
        ),
    ),
    references=(
        Reference(column="order_id", table="orders", gives_month=True),
        Reference(column="product_id", table="products"),
    ),
)

SESSIONS = Table(
    name="sessions",
    description="Visits to the shop.",
    key=("session_id",),
    dated_by="start_time",
    columns=(
        _id("session_id", "Identifies the visit."),
        _id("customer_id", "Customer who visited, if known."),
        timestamp("start_time", "When the visit began, UTC."),
        text("device", "mobile, desktop or tablet."),
        text("source", "Marketing channel that brought the visit."),
        text("country", "Country of the visitor, ISO 3166 alpha-2."),
    ),
    checks=(_expected("device", DEVICES), _expected("source", SOURCES)),
    references=(Reference(column="customer_id", table="customers"),),
)

EVENTS = Table(
    name="events",
    description="Actions of visitors: page views, carts, checkouts and purchases.",
    key=("event_id",),
    dated_by="event_ts",
    columns=(
        _id("event_id", "Identifies the event."),
        _id("session_id", "Visit of the event."),
        timestamp("event_ts", "Time of the event, UTC.", source="timestamp"),
        text("event_type", "page_view, add_to_cart, checkout or purchase.", required=True),
        _id("product_id", "Product viewed or put in the cart."),
        integer("qty", "Units put in the cart."),
        integer("cart_size", "Lines in the cart at checkout."),
        text("payment", "Payment method of a purchase."),
        percentage("discount_pct", "Discount of a purchase in percent."),
        money("amount_usd", "Amount of a purchase."),
    ),
    checks=(allowed("event_type", EVENT_TYPES), at_least("amount_usd", 0)),
    references=(
        Reference(column="session_id", table="sessions"),
        Reference(column="product_id", table="products"),
    ),
)

REVIEWS = Table(
    name="reviews",
    description="Product reviews.",
    key=("review_id",),
    dated_by="review_time",
    columns=(
        _id("review_id", "Identifies the review."),
        _id("order_id", "Order that the review is about."),
        _id("product_id", "Product that was reviewed.", required=True),
        integer("rating", "Rating, 1 (worst) to 5 (best).", required=True),
        text("review_text", "Text of the review."),
        timestamp("review_time", "Time of the review, UTC.", bare_date=True),
    ),
    checks=(between("rating", 1, 5),),
    references=(
        Reference(column="order_id", table="orders"),
        Reference(column="product_id", table="products"),
    ),
)

TABLES = (CUSTOMERS, PRODUCTS, ORDERS, ORDER_ITEMS, SESSIONS, EVENTS, REVIEWS)
