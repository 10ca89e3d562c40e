"""E-commerce: sales, funnel and customer analytics of a shop, from monthly CSV drops."""

from __future__ import annotations

from domains.ecommerce.dashboards import DASHBOARDS
from domains.ecommerce.marts import MARTS
from domains.ecommerce.relational import QUESTIONS as RELATIONAL_QUESTIONS
from domains.ecommerce.relational import RELATIONAL
from domains.ecommerce.tables import TABLES
from lake.model.spec import Domain, Question

DOMAIN = Domain(
    name="ecommerce",
    description="Sales, funnel and customer analytics of a shop.",
    tables=TABLES,
    marts=MARTS,
    dashboards=DASHBOARDS,
    relational=RELATIONAL,
    relational_questions=RELATIONAL_QUESTIONS,
    questions=(
        Question(
            number=1,
            title="How is the business doing this month, against the month before?",
            queries=("sales_month_over_month", "sales_weekly_trend", "revenue_by_category"),
        ),
        Question(number=2, title="Where are users lost in the funnel?", queries=("funnel",)),
        Question(
            number=3,
            title="How do customers behave by country, channel and hour?",
            queries=("revenue_by_country_and_source", "activity_by_hour"),
        ),
        Question(number=4, title="Which are the top 10 products by revenue?", queries=("top_products",)),
        Question(number=5, title="Who are the customers (RFM segments)?", queries=("customer_segments",)),
    ),
)
