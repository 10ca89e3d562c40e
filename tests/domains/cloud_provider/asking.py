"""Helpers of the tests of answers: ask in one request, exact numbers, rows of usage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.domains.cloud_provider.marts_store import Row, Store

D = dt.date
AUGUST = {"first": D(2025, 8, 1), "last": D(2025, 8, 31)}


def ask(store: Store, function: Callable[..., Sequence[Any]], **parameters: Any) -> Sequence[Any]:
    """Return the answer of a question, and assert that it took one request."""
    store.server.requests.clear()
    answer = function(store.reader, **parameters)
    assert store.server.count() == 1, store.server.requests
    return answer


def micro(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.000001"))


def usage(org: str, day: D, service: str = "compute", cost: str = "1", requests: str = "10") -> Row:
    return {
        "org_id": org,
        "usage_date": day,
        "service": service,
        "cost_usd": cost,
        "events": 1,
        "requests": requests,
    }


USAGE = [
    usage("a", D(2025, 7, 31), cost="0.5"),
    usage("a", D(2025, 8, 1), cost="2.25"),
    usage("a", D(2025, 8, 1), "genai", cost="9", requests="0"),
    usage("b", D(2025, 8, 1), cost="4"),
    usage("b", D(2025, 8, 20), "storage", cost="7"),
]
