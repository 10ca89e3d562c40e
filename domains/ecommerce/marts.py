"""The shop's twelve marts."""

from __future__ import annotations

from lake.model.columns import bigint, boolean, date, decimal, integer, money, ratio, text, timestamp, total
from lake.model.spec import Mart, PartitionUnit

percentage = decimal(5, 2)

FACT_ORDERS_ENRICHED = Mart(
    name="fact_orders_enriched",
    description="Orders with sums over their lines and attributes of their customer.",
    grain=("order_id",),
    inputs=("orders", "order_items", "customers", "products"),
    partition_by=PartitionUnit.MONTH,
    dated_by="order_date",
    columns=(
        bigint("order_id", "Identifies the order."),
        bigint("customer_id", "Customer who placed the order."),
        timestamp("order_time", "When the order was placed, UTC."),
        date("order_date", "Day of the order."),
        integer("order_hour", "Hour of the order, 0 to 23."),
        integer("order_dow", "Day of the week, 1 = Monday to 7 = Sunday."),
        text("payment_method", "Payment method."),
        percentage("discount_pct", "Discount in percent, 0 without one."),
        money("subtotal_usd", "Sum of the lines before the discount."),
        money("total_usd", "Amount that the customer paid."),
        text("country", "Country of delivery."),
        text("device", "Device used."),
        text("source", "Marketing channel."),
        bigint("lines", "Number of order lines; null without lines."),
        bigint("units", "Units over all lines; null without lines."),
        total("gross_profit_usd", "Sum of line total minus cost times quantity; null without lines."),
        text("customer_country", "Country of residence; null until the customer is known."),
        integer("age", "Age of the customer."),
        text("age_band", "18-24, 25-34, 35-44, 45-54, 55-64, 65+; null below 18 or unknown."),
        boolean("marketing_opt_in", "Customer agreed to marketing."),
        date("signup_date", "Day on which the customer registered."),
    ),
)

FACT_ORDER_ITEMS_ENRICHED = Mart(
    name="fact_order_items_enriched",
    description="Order lines of known orders, with product, profit and the order's attributes.",
    without_grain="An order may list the same product on several lines, and the mart omits their numbers.",
    inputs=("order_items", "orders", "products"),
    partition_by=PartitionUnit.MONTH,
    dated_by="order_date",
    columns=(
        bigint("order_id", "Order that the line belongs to."),
        bigint("product_id", "Ordered product."),
        integer("quantity", "Units ordered."),
        money("unit_price_usd", "Price of one unit."),
        money("line_total_usd", "Price of the line."),
        money("net_line_total_usd", "Line total less the order's discount, to cents."),
        text("category", "Category of the product; null until it is known."),
        text("product_name", "Name of the product."),
        money("list_price_usd", "List price of the product."),
        money("cost_usd", "Cost of one unit."),
        money("unit_profit_usd", "Unit price minus cost."),
        total("gross_profit_usd", "Line total minus cost times quantity."),
        bigint("customer_id", "Customer who placed the order."),
        timestamp("order_time", "When the order was placed, UTC."),
        date("order_date", "Day of the order."),
        text("country", "Country of delivery."),
        text("device", "Device used."),
        text("source", "Marketing channel."),
    ),
)

EVENTS_ENRICHED = Mart(
    name="events_enriched",
    description="Events with their product's category and their visit's attributes.",
    grain=("event_id",),
    inputs=("events", "sessions", "products"),
    looked_up=("sessions",),
    partition_by=PartitionUnit.MONTH,
    dated_by="event_date",
    columns=(
        bigint("event_id", "Identifies the event."),
        bigint("session_id", "Visit of the event."),
        timestamp("event_ts", "Time of the event, UTC."),
        date("event_date", "Day of the event."),
        integer("event_hour", "Hour of the event, 0 to 23."),
        integer("event_dow", "Day of the week, 1 = Monday to 7 = Sunday."),
        text("event_type", "page_view, add_to_cart, checkout or purchase."),
        bigint("product_id", "Product viewed or put in the cart."),
        integer("qty", "Units put in the cart."),
        integer("cart_size", "Lines in the cart at checkout."),
        text("payment", "Payment method of a purchase."),
        percentage("discount_pct", "Discount of a purchase in percent."),
        money("amount_usd", "Amount of a purchase."),
        text("category", "Category of the product; null until it is known."),
        bigint("customer_id", "Visitor, from the session."),
        text("device", "Device, from the session."),
        text("source", "Marketing channel, from the session."),
        text("country", "Country, from the session."),
    ),
)

SALES_BY_MONTH = Mart(
    name="sales_by_month",
    description="Monthly sales of the whole shop.",
    grain=("order_month",),
    inputs=("fact_orders_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="order_month",
    columns=(
        date("order_month", "First day of the month."),
        total("revenue_usd", "Sum of the amounts that customers paid."),
        bigint("orders", "Number of orders."),
        bigint("customers", "Distinct customers."),
        ratio("avg_order_value", "Revenue per order."),
        bigint("units", "Units sold; null where no order has lines."),
        total("gross_profit_usd", "Gross profit; null where no order has lines."),
    ),
)

SALES_BY_WEEK = Mart(
    name="sales_by_week",
    description="Weekly sales by device.",
    grain=("week_start", "device"),
    inputs=("fact_orders_enriched",),
    columns=(
        date("week_start", "Monday of the ISO week."),
        text("device", "Device used."),
        total("revenue_usd", "Sum of the amounts that customers paid."),
        bigint("orders", "Number of orders."),
    ),
)

REVENUE_BY_CATEGORY_MONTH = Mart(
    name="revenue_by_category_month",
    description="Monthly revenue and profit of each product category.",
    grain=("order_month", "category"),
    inputs=("fact_order_items_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="order_month",
    columns=(
        date("order_month", "First day of the month."),
        text("category", "Product category; null for unknown products."),
        total("revenue_usd", "Sum of line totals."),
        total("net_revenue_usd", "Sum of line totals less discounts."),
        total("gross_profit_usd", "Sum of gross profits."),
        bigint("units", "Units sold."),
        bigint("orders", "Distinct orders."),
    ),
)

REVENUE_BY_COUNTRY_SOURCE_MONTH = Mart(
    name="revenue_by_country_source_month",
    description="Monthly revenue by country and marketing channel.",
    grain=("order_month", "country", "source"),
    inputs=("fact_orders_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="order_month",
    columns=(
        date("order_month", "First day of the month."),
        text("country", "Country of delivery."),
        text("source", "Marketing channel."),
        total("revenue_usd", "Sum of the amounts that customers paid."),
        bigint("orders", "Number of orders."),
        bigint("customers", "Distinct customers."),
    ),
)

FUNNEL_BY_MONTH = Mart(
    name="funnel_by_month",
    description="Monthly funnel: the visits that reach each step towards a purchase.",
    grain=("event_month", "step"),
    inputs=("events_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="event_month",
    columns=(
        date("event_month", "First day of the month."),
        text("step", "page_view, add_to_cart, checkout or purchase."),
        integer("step_number", "Position of the step, 1 to 4."),
        bigint("events", "Events of the step."),
        bigint("sessions", "Distinct visits with such an event."),
        ratio("step_conversion", "Visits per visit of the nearest earlier step present; null at the first."),
        ratio("drop_off", "1 minus step_conversion."),
        ratio("overall_conversion", "Visits per page_view visit; null in a month without page views."),
    ),
)

ACTIVITY_HEATMAP_MONTH = Mart(
    name="activity_heatmap_month",
    description="Monthly activity of visitors by weekday and hour.",
    grain=("event_month", "event_dow", "event_hour"),
    inputs=("events_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="event_month",
    columns=(
        date("event_month", "First day of the month."),
        integer("event_dow", "Day of the week, 1 = Monday to 7 = Sunday."),
        integer("event_hour", "Hour, 0 to 23."),
        bigint("events", "Number of events."),
        bigint("sessions", "Distinct visits."),
    ),
)

TOP_PRODUCTS_MONTH = Mart(
    name="top_products_month",
    description="Monthly revenue of each product and its rank.",
    grain=("order_month", "product_id"),
    inputs=("fact_order_items_enriched",),
    partition_by=PartitionUnit.YEAR,
    dated_by="order_month",
    columns=(
        date("order_month", "First day of the month."),
        bigint("product_id", "Identifies the product."),
        text("category", "Product category."),
        text("product_name", "Product name."),
        total("revenue_usd", "Sum of line totals."),
        bigint("units", "Units sold."),
        bigint("orders", "Distinct orders."),
        total("gross_profit_usd", "Sum of gross profits."),
        integer("revenue_rank", "Dense rank by revenue within the month, 1 = highest."),
    ),
)

CUSTOMER_RFM = Mart(
    name="customer_rfm",
    description="Recency, frequency and monetary value of every customer who ordered.",
    grain=("customer_id",),
    inputs=("fact_orders_enriched",),
    columns=(
        bigint("customer_id", "Identifies the customer."),
        date("last_order_date", "Day of the newest order."),
        integer("recency_days", "Days from the newest order to the day after the newest of all orders."),
        bigint("frequency", "Number of orders."),
        total("monetary_usd", "Sum of the amounts that the customer paid."),
        integer("r", "Quintile by recency, 5 = most recent."),
        integer("f", "Quintile by frequency, 5 = most orders."),
        integer("m", "Quintile by monetary value, 5 = highest."),
        text("segment", "champions, loyal, new, at_risk, hibernating or regular."),
    ),
)

PRODUCT_RATINGS = Mart(
    name="product_ratings",
    description="Ratings of each reviewed product.",
    grain=("product_id",),
    inputs=("reviews", "products"),
    columns=(
        bigint("product_id", "Identifies the product; may be unknown to the catalogue."),
        text("category", "Product category."),
        text("product_name", "Product name."),
        bigint("reviews", "Number of reviews."),
        ratio("avg_rating", "Mean rating."),
        bigint("low_ratings", "Number of reviews with a rating of 1 or 2."),
    ),
)

MARTS = (
    FACT_ORDERS_ENRICHED,
    FACT_ORDER_ITEMS_ENRICHED,
    EVENTS_ENRICHED,
    SALES_BY_MONTH,
    SALES_BY_WEEK,
    REVENUE_BY_CATEGORY_MONTH,
    REVENUE_BY_COUNTRY_SOURCE_MONTH,
    FUNNEL_BY_MONTH,
    ACTIVITY_HEATMAP_MONTH,
    TOP_PRODUCTS_MONTH,
    CUSTOMER_RFM,
    PRODUCT_RATINGS,
)
