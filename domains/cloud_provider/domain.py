"""Cloud provider: cost, support, GenAI and customer analytics, from CSV drops and a stream of events."""

from __future__ import annotations

from domains.cloud_provider.dashboards import DASHBOARDS
from domains.cloud_provider.live_dashboard import LIVE
from domains.cloud_provider.marts import MARTS
from domains.cloud_provider.models import MODELS
from domains.cloud_provider.serving import COLLECTIONS
from domains.cloud_provider.tables import TABLES
from lake.model.spec import Domain, Question

DOMAIN = Domain(
    name="cloud_provider",
    description="Cost, revenue, support, GenAI and customer analytics of a cloud provider.",
    tables=TABLES,
    marts=MARTS,
    models=MODELS,
    dashboards=DASHBOARDS,
    live=(LIVE,),
    serving=COLLECTIONS,
    questions=(
        Question(
            number=6,
            title="What do organisations spend and request per day and service?",
            queries=("daily_cost_and_requests",),
        ),
        Question(
            number=7,
            title="Which services cost most in the last 14 days, for an organisation and overall?",
            queries=("top_services_overall", "top_services_by_org"),
        ),
        Question(
            number=8,
            title="How many critical tickets are there and how often is the SLA breached, over 30 days?",
            queries=("critical_tickets_and_sla",),
        ),
        Question(
            number=9,
            title="What is the monthly revenue in USD, with credits and taxes?",
            queries=("monthly_revenue",),
        ),
        Question(
            number=10,
            title="How many GenAI tokens are used, at what cost, and how fast does each organisation grow?",
            queries=("genai_tokens_daily", "genai_growth_by_org"),
        ),
        Question(
            number=11,
            title="Which costs of an organisation are anomalies?",
            queries=("cost_anomalies",),
        ),
    ),
)
