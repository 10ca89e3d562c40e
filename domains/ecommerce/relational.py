"""What applications read of the shop in MySQL: its tables, and the marts that they show."""

from __future__ import annotations

from lake.model.relational.tables import RelationalQuestion, RelationalReference, RelationalTable

WORD = 40
"""Devices, sources, methods and types of events; new ones are kept, whatever they are."""

COUNTRY = 60
"""ISO codes are expected, other text is kept."""

NAME = 200

ORIGIN = {"device": WORD, "source": WORD, "country": COUNTRY}

TO_CUSTOMER = RelationalReference(column="customer_id", table="customers")
TO_PRODUCT = RelationalReference(column="product_id", table="products")
TO_ORDER = RelationalReference(column="order_id", table="orders")

RELATIONAL = (
    RelationalTable(
        name="customers",
        key=("customer_id",),
        lengths={"name": NAME, "email": 320, "country": COUNTRY},
        indexes=(("country",),),
    ),
    RelationalTable(
        name="products",
        key=("product_id",),
        lengths={"category": NAME, "name": NAME},
        indexes=(("category",),),
    ),
    RelationalTable(
        name="orders",
        key=("order_id",),
        lengths={"payment_method": WORD, **ORIGIN},
        references=(TO_CUSTOMER,),
        indexes=(("order_time",),),
    ),
    RelationalTable(
        name="order_items",
        key=("order_id", "line_no"),
        references=(TO_ORDER, TO_PRODUCT),
    ),
    RelationalTable(
        name="sessions",
        key=("session_id",),
        lengths=ORIGIN,
        references=(TO_CUSTOMER,),
        indexes=(("start_time",),),
    ),
    RelationalTable(
        name="events",
        key=("event_id",),
        lengths={"event_type": WORD, "payment": WORD},
        references=(RelationalReference(column="session_id", table="sessions"), TO_PRODUCT),
        indexes=(("event_ts",),),
    ),
    RelationalTable(
        name="reviews",
        key=("review_id",),
        references=(TO_ORDER, TO_PRODUCT),
        indexes=(("review_time",),),
    ),
    RelationalTable(name="sales_by_month", key=("order_month",)),
    RelationalTable(name="sales_by_week", key=("week_start", "device"), lengths={"device": WORD}),
    RelationalTable(
        name="revenue_by_category_month", key=("order_month", "category"), lengths={"category": NAME}
    ),
    RelationalTable(
        name="customer_rfm",
        key=("customer_id",),
        lengths={"segment": WORD},
        references=(TO_CUSTOMER,),
        indexes=(("segment",),),
    ),
    RelationalTable(
        name="product_ratings",
        key=("product_id",),
        lengths={"category": NAME, "product_name": NAME},
        references=(TO_PRODUCT,),
        indexes=(("category", "avg_rating"),),
    ),
)

QUESTIONS = (
    RelationalQuestion(
        title="A customer's orders with their lines: the customer who spent most",
        sql="""
SELECT o.order_id, o.order_time, o.total_usd, i.line_no, p.name AS product, i.quantity, i.line_total_usd
FROM orders o
JOIN order_items i ON i.order_id = o.order_id
LEFT JOIN products p ON p.product_id = i.product_id
WHERE o.customer_id = (SELECT customer_id FROM customer_rfm ORDER BY monetary_usd DESC, customer_id LIMIT 1)
ORDER BY o.order_time DESC, o.order_id, i.line_no
""",
    ),
    RelationalQuestion(
        title="Today's best sellers of each category: the products to keep in stock",
        sql="""
SELECT category, product, units, revenue_usd
FROM (
    SELECT p.category, p.name AS product, SUM(i.quantity) AS units, SUM(i.line_total_usd) AS revenue_usd,
        ROW_NUMBER() OVER (
            PARTITION BY p.category ORDER BY SUM(i.quantity) DESC, SUM(i.line_total_usd) DESC, p.product_id
        ) AS place
    FROM orders o
    JOIN order_items i ON i.order_id = o.order_id
    JOIN products p ON p.product_id = i.product_id
    WHERE o.order_time >= (
        SELECT CAST(MAX(n.order_time) AS DATE) FROM orders n JOIN order_items l ON l.order_id = n.order_id
    )
    GROUP BY p.category, p.product_id, p.name
) ranked
WHERE place = 1
ORDER BY category
""",
    ),
)
"""Today is the newest day of which there are lines."""
