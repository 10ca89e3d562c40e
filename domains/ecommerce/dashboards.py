"""The shop's dashboards: how the business is doing, and how its users behave."""

from __future__ import annotations

from lake.model.dashboards.fields import (
    ALL_TIME,
    Dimension,
    Format,
    Unit,
    distinct,
    gold,
    ratio,
    rows,
    total,
)
from lake.model.dashboards.visuals import (
    MONTH,
    Bars,
    Dashboard,
    Filter,
    Funnel,
    Heatmap,
    Kpi,
    Mark,
    Shares,
    Sheet,
    Table,
    Trend,
)

ORDERS = gold("fact_orders_enriched", date="order_date")
WEEKS = gold("sales_by_week", date="week_start")
CATEGORIES = gold("revenue_by_category_month", date="order_month")
PRODUCTS = gold("top_products_month", date="order_month")
COUNTRIES = gold("revenue_by_country_source_month", date="order_month")
STEPS = gold("funnel_by_month", date="event_month")
HOURS = gold("activity_heatmap_month", date="event_month")
CUSTOMERS = gold("customer_rfm")

DEVICE = Dimension(
    column="device",
    label="Device",
    names=(("mobile", "Mobile"), ("desktop", "Desktop"), ("tablet", "Tablet")),
)
CATEGORY = Dimension(column="category", label="Category")
CHANNEL = Dimension(
    column="source",
    label="Channel",
    names=(
        ("organic", "Organic"),
        ("direct", "Direct"),
        ("paid", "Paid"),
        ("social", "Social"),
        ("email", "Email"),
        ("referral", "Referral"),
    ),
    ordered=True,
)
WEEKDAY = Dimension(
    column="event_dow",
    label="Weekday",
    names=tuple(zip("1234567", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)),
    ordered=True,
)
HOUR = Dimension(
    column="event_hour",
    label="Hour",
    names=tuple((str(hour), f"{hour:02}:00") for hour in range(24)),
    ordered=True,
)
STEP = Dimension(
    column="step",
    label="Step",
    names=(
        ("page_view", "Viewed a page"),
        ("add_to_cart", "Added to cart"),
        ("checkout", "Began checkout"),
        ("purchase", "Bought"),
    ),
    ordered=True,
)
SEGMENT = Dimension(
    column="segment",
    label="Segment",
    names=(
        ("champions", "Champions"),
        ("loyal", "Loyal"),
        ("regular", "Regular"),
        ("hibernating", "Hibernating"),
        ("at_risk", "At risk"),
        ("new", "New"),
    ),
    ordered=True,
)

REVENUE = total("total_usd", "Revenue", Format.DOLLARS)
ORDERED = rows("Orders")
UNITS = total("units", "Units", Format.COUNT)
SALES = total("revenue_usd", "Revenue", Format.DOLLARS)

EXECUTIVE = Dashboard(
    key="executive",
    title="Executive summary",
    leads=True,
    headline=(
        "{month} brought {revenue}, {revenue.change} than {month_before}: "
        "{orders.change} orders, each {average_order.change}."
    ),
    first_headline="{month} brought {revenue} from {orders} orders, {average_order} each.",
    filters=(
        MONTH,
        Filter(key="country", label="Country", column="country"),
        Filter(key="device", label="Device", column="device"),
    ),
    sheets=(
        Sheet(
            title="Executive summary",
            visuals=(
                Kpi(
                    key="revenue", title="Revenue", unit="US$, after discounts", dataset=ORDERS, value=REVENUE
                ),
                Kpi(
                    key="customers",
                    title="Customers",
                    unit="who ordered",
                    dataset=ORDERS,
                    value=distinct("customer_id", "Customers"),
                    words=("more", "fewer"),
                ),
                Kpi(
                    key="orders",
                    title="Orders",
                    unit="placed",
                    dataset=ORDERS,
                    value=ORDERED,
                    words=("more", "fewer"),
                ),
                Kpi(
                    key="average_order",
                    title="Average order",
                    unit="US$ per order",
                    dataset=ORDERS,
                    value=ratio(REVENUE, ORDERED, "Average order", Format.PRICE),
                    words=("larger", "smaller"),
                ),
                Trend(
                    key="weekly_revenue",
                    title="Where is weekly revenue heading?",
                    unit="US$ per week by device",
                    dataset=WEEKS,
                    value=SALES,
                    by=DEVICE,
                    mark=Mark.STACKED,
                    unit_of_time=Unit.WEEK,
                ),
                Shares(
                    key="devices",
                    title="Which devices do customers buy on?",
                    unit="Orders, share and change of revenue",
                    dataset=ORDERS,
                    by=DEVICE,
                    value=ORDERED,
                    also=REVENUE,
                ),
                Bars(
                    key="categories",
                    title="Which categories sell?",
                    unit="US$ after discounts",
                    dataset=CATEGORIES,
                    by=CATEGORY,
                    values=(total("net_revenue_usd", "Net revenue", Format.DOLLARS),),
                    compares=True,
                ),
                Table(
                    key="top_products",
                    title="What are the ten best sellers?",
                    unit="By list revenue, US$",
                    dataset=PRODUCTS,
                    by=(
                        Dimension(column="product_id", label="Id", hidden=True),
                        Dimension(column="product_name", label="Product"),
                        CATEGORY,
                    ),
                    values=(UNITS, SALES),
                    sort="Revenue",
                    bar="Revenue",
                ),
            ),
        ),
    ),
)

BEHAVIOUR = Dashboard(
    key="behaviour",
    title="User behaviour",
    headline=(
        "{funnel.lost_share} of the sessions that {funnel.lost_after} are lost before "
        "“{funnel.lost_before}”: {funnel.lost} in {funnel.month}; {funnel.completed} of all end in a "
        "purchase."
    ),
    first_headline=(
        "{funnel.lost_share} of the sessions that {funnel.lost_after} are lost before "
        "“{funnel.lost_before}”: {funnel.lost} in {funnel.month}; {funnel.completed} of all end in a "
        "purchase."
    ),
    filters=(MONTH, Filter(key="country", label="Country", column="country")),
    sheets=(
        Sheet(
            title="User behaviour",
            visuals=(
                Funnel(
                    key="funnel",
                    title="Where do we lose people on the way to buying?",
                    unit="Website sessions that reached each step; purchases are sessions, not orders",
                    dataset=STEPS,
                    steps=STEP,
                    value=total("sessions", "Sessions", Format.COUNT),
                ),
                Bars(
                    key="segments",
                    title="Who earns us the money?",
                    unit="Share of customers and of revenue by RFM segment",
                    dataset=CUSTOMERS,
                    by=SEGMENT,
                    values=(rows("Customers"), total("monetary_usd", "Revenue", Format.DOLLARS)),
                    as_shares=True,
                    period=ALL_TIME,
                    width=6,
                ),
                Heatmap(
                    key="hours",
                    title="When are they here?",
                    unit="Events by weekday and hour (UTC)",
                    dataset=HOURS,
                    rows=WEEKDAY,
                    columns_by=HOUR,
                    value=total("events", "Events", Format.COUNT),
                ),
                Heatmap(
                    key="channels",
                    title="From where, and through what?",
                    unit="Revenue by country and channel, US$",
                    dataset=COUNTRIES,
                    rows=Dimension(column="country", label="Country"),
                    columns_by=CHANNEL,
                    value=SALES,
                    shows_values=True,
                    most=10,
                    width=5,
                ),
            ),
        ),
    ),
)

DASHBOARDS = (EXECUTIVE, BEHAVIOUR)
