"""Small random tables in the state after checks and version resolution, as literal text, from a seed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from domains.cloud_provider.tables import CURRENCIES, SERVICES, SEVERITIES, UNITS, VERDICTS

FIRST_DAY = date(2025, 6, 20)


def resolved_tables(seed: int) -> dict[str, str]:
    """Return table → literal rows of the tables that gold reads."""
    chance = random.Random(seed)
    return {
        "usage_events": _table(
            "event_id event_ts org_id resource_id service metric value cost_usd_increment schema_version"
            " carbon_kg genai_tokens",
            [_event(chance, number) for number in range(900)],
        ),
        "billing_monthly": _table(
            "invoice_id org_id billing_month subtotal credits taxes currency exchange_rate_to_usd",
            [_invoice(chance, number) for number in range(120)],
        ),
        "support_tickets": _table(
            "ticket_id org_id severity created_at resolved_at csat sla_breached",
            [_ticket(chance, number) for number in range(200)],
        ),
        "marketing_touches": _table(
            "touch_id campaign channel timestamp clicked converted",
            [_touch(chance, number) for number in range(200)],
        ),
        "anomaly_feedback": _table(
            "org_id usage_date service verdict",
            [
                [f"org_{org}", FIRST_DAY + timedelta(days=day), SERVICES[-1], chance.choice(VERDICTS)]
                for org in (0, 1, 77)
                for day in range(0, 60, 7)
            ],
        ),
        "nps_surveys": _table(
            "org_id survey_date nps_score",
            [
                [f"org_{org}", _day(chance, first=place * 5, days=5), _number(chance, 100, 0.3, scale=2)]
                for org in range(6)
                for place in range(12)
            ],
        ),
    }


def _table(header: str, rows: list[list[object]]) -> str:
    lines = [[str(cell) for cell in row] for row in rows]
    return "\n".join(" | ".join(line) for line in [header.split(), *lines])


def _day(chance: random.Random, first: int = 0, days: int = 45) -> str:
    return str(FIRST_DAY + timedelta(days=first + chance.randrange(days)))


def _number(chance: random.Random, most: int, nulls: float = 0.0, scale: int = 6) -> str:
    if chance.random() < nulls:
        return "null"
    amount = round(chance.random() * most * (300 if chance.random() < 0.02 else 1), scale)
    return str(chance.choice([amount, int(amount)]))


def _event(chance: random.Random, number: int) -> list[object]:
    version, service = chance.choice([1, 2]), chance.choice(SERVICES[-3:])
    measured = version == 2
    return [
        f"evt_{number}",
        f"{_day(chance)} {chance.randrange(24):02}:30:00",
        f"org_{chance.randrange(5) ** 2}",
        f"res_{chance.randrange(20)}",
        service,
        chance.choice(list(UNITS)),
        _number(chance, 200, 0.1),
        _number(chance, 20),
        version,
        _number(chance, 1, 0.1) if measured else "null",
        chance.choice([0, _number(chance, 2000, 0.5)]) if measured and service == "genai" else "null",
    ]


def _invoice(chance: random.Random, number: int) -> list[object]:
    currency = chance.choice(CURRENCIES)
    rate = "1" if currency == "USD" else f"{chance.random() * 2:.6f}"
    return [
        f"inv_{number}",
        f"org_{chance.randrange(8)}",
        f"2025-0{chance.randint(5, 8)}-01",
        f"{chance.choice([1, 1, 1, -1]) * chance.random() * 2000:.6f}",
        _number(chance, 50, 0.5),
        _number(chance, 400, 0.1),
        currency,
        rate,
    ]


def _ticket(chance: random.Random, number: int) -> list[object]:
    opened = _day(chance)
    days = chance.randrange(20)
    resolved = "null" if chance.random() < 0.3 else date.fromisoformat(opened) + timedelta(days=days)
    return [
        f"tkt_{number}", f"org_{chance.randrange(4)}", chance.choice(SEVERITIES), opened, resolved,
        chance.choice(["null", "1", "2.5", "5", "3.33"]), chance.choice(["true", "false"]),
    ]  # fmt: skip


def _touch(chance: random.Random, number: int) -> list[object]:
    return [
        f"mkt_{number}", chance.choice(["welcome", "launch"]), chance.choice(["ads", "email", "event"]),
        f"{_day(chance)} 00:00:00", chance.choice(["true", "false"]), chance.choice(["true", "false"]),
    ]  # fmt: skip
