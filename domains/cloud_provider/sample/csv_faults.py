"""CSV rows that break a rule, with the checks that each row fails."""

from __future__ import annotations

from typing import NamedTuple

GHOST = "org_ghost"
"""Id of an organisation that no master row has."""


class Fault(NamedTuple):
    """A faulty line and the checks that it fails.

    The line has placeholders: a {new} id, a known {org}, and a {day} of the data.
    """

    table: str
    line: str
    checks: tuple[str, ...]


RATE = "exchange_rate_to_usd"

QUARANTINED = (
    Fault("customers_orgs", ",No Key,Media,us-east,free,False,{day},rep_a,lead,ads,", ("org_id.not_null",)),
    Fault("customers_orgs", "{new},Too Few,Media", ("record.malformed",)),
    Fault("users", "{new},,{new}@example.com,admin,True,{day},", ("org_id.not_null",)),
    Fault("resources", "{new},{org},,us-east,{day},running,", ("service.not_null",)),
    Fault("billing_monthly", "{new},{org},{day},ten,,2.10,USD,1.0", ("subtotal.type",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,none,2.10,USD,1.0", ("credits.type",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,,?,USD,1.0", ("taxes.type",)),
    Fault("billing_monthly", "{new},{org},June,10.00,,2.10,USD,1.0", ("month.type",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,,2.10,GBP,1.2", ("currency.allowed",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,,2.10,EUR,", (f"{RATE}.range",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,,2.10,ARS,0", (f"{RATE}.range",)),
    Fault("support_tickets", "{new},{org},billing,urgent,{day},,4.0,False", ("severity.allowed",)),
    Fault(
        "support_tickets",
        "{new},{org},billing,low,{day},1999-01-01,,False",
        ("resolved_at.before_created",),
    ),
    Fault("support_tickets", "{new},{org},billing,low,yesterday,,4.0,False", ("created_at.type",)),
    Fault("marketing_touches", "{new},{org},welcome,,{day},True,False", ("channel.not_null",)),
    Fault("marketing_touches", "{new},{org},welcome,ads,soon,True,False", ("timestamp.type",)),
    Fault("nps_surveys", "{new},{day}T10:00:00,10.0,", ("survey_date.type",)),
    Fault("nps_surveys", "{new},{day},ten,", ("nps_score.type",)),
)

FLAGGED = (
    Fault(
        "customers_orgs", "{new},Odd,Media,us-east,free,maybe,{day},rep_a,lead,ads,", ("is_enterprise.type",)
    ),
    Fault("users", f"{{new}},{GHOST},{{new}}@example.com,admin,True,{{day}},", ("org_id.unknown",)),
    Fault("users", "{new},{org},{new}@example.com,admin,True,{day},never", ("last_login.type",)),
    Fault("billing_monthly", "{new},{org},{day},10.00,,2.10,USD,n/a", (f"{RATE}.usd_not_one",)),
    Fault("billing_monthly", "{new},{org},{day},-10.00,,0.00,EUR,1.1", ("subtotal.negative",)),
    Fault("support_tickets", "{new},{org},billing,low,{day},,7.0,False", ("csat.range",)),
    Fault("support_tickets", "{new},{org},billing,low,{day},later,,False", ("resolved_at.type",)),
    Fault("marketing_touches", "{new},{org},welcome,ads,{day},perhaps,False", ("clicked.type",)),
    Fault("nps_surveys", "{new},{day},250.0,", ("nps_score.range",)),
)
