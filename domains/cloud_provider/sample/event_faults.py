"""Lines of the stream that break a rule, with the checks that each line fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domains.cloud_provider.sample.csv_faults import GHOST

ABSENT = object()
"""Value of a key that the line leaves out."""


@dataclass(frozen=True)
class EventFault:
    """A faulty line: the changes to a good event, or the whole `line` if it is not an event."""

    checks: tuple[str, ...]
    change: Mapping[str, Any] = field(default_factory=dict)
    line: str | None = None

    def written(self, event: Mapping[str, Any]) -> str:
        """Return the faulty line, made from a good event."""
        if self.line is not None:
            return self.line
        changed = {**event, **self.change}
        return json.dumps({key: value for key, value in changed.items() if value is not ABSENT})


def _malformed(line: str) -> EventFault:
    return EventFault(("record.malformed",), line=line)


QUARANTINED = (
    _malformed('{"event_id": "odd_cut_off", "timestamp": "2025-07-1'),
    _malformed('[{"event_id": "odd_array"}]'),
    _malformed('"just a text"'),
    _malformed("event_id=odd_words timestamp=now"),
    EventFault(("event_id.not_null",), {"event_id": None}),
    EventFault(("event_id.not_null",), {"event_id": ABSENT}),
    EventFault(("org_id.not_null",), {"org_id": ""}),
    EventFault(("timestamp.not_null",), {"timestamp": ABSENT}),
    EventFault(("timestamp.type",), {"timestamp": "14/07/2025 05:23"}),
    EventFault(("timestamp.type",), {"timestamp": "2025-07-14"}),
    EventFault(("timestamp.type",), {"timestamp": 1752470580}),
    EventFault(("service.allowed",), {"service": "quantum"}),
    EventFault(("service.not_null",), {"service": None}),
    EventFault(("metric.allowed",), {"metric": "gpu_hours"}),
    EventFault(("schema_version.allowed",), {"schema_version": 3}),
    EventFault(("schema_version.type",), {"schema_version": "two"}),
    EventFault(("schema_version.not_null",), {"schema_version": ABSENT}),
    EventFault(("value.type",), {"value": "a few"}),
    EventFault(("value.type",), {"value": {"amount": 3.5}}),
    EventFault(("value.range",), {"value": -1.5}),
    EventFault(("cost_usd_increment.type",), {"cost_usd_increment": "NaN"}),
    EventFault(("cost_usd_increment.type",), {"cost_usd_increment": "1e400"}),
    EventFault(("cost_usd_increment.not_null",), {"cost_usd_increment": None}),
    EventFault(("cost_usd_increment.range",), {"cost_usd_increment": -312.5}),
    EventFault(("carbon_kg.range",), {"carbon_kg": -0.1}),
    EventFault(("carbon_kg.type",), {"carbon_kg": "unknown"}),
    EventFault(("genai_tokens.range",), {"genai_tokens": -5}),
    EventFault(("genai_tokens.type",), {"genai_tokens": "many"}),
)

FLAGGED = (
    EventFault(("region.allowed",), {"region": "mars-north"}),
    EventFault(("org_id.unknown",), {"org_id": GHOST}),
    EventFault(("resource_id.unknown",), {"resource_id": "res_ghost"}),
    EventFault(("cost_usd_increment.rounded",), {"cost_usd_increment": -0.01}),
    EventFault(("unit.imputed",), {"unit": None}),
)

UNUSUAL = (
    EventFault((), {"service": "COMPUTE", "region": "US_EAST"}),
    EventFault((), {"timestamp": "2025-07-20T23:30:00-05:00"}),
    EventFault((), {"timestamp": "2025-07-20 23:30:00.125"}),
    EventFault((), {"value": "1.25e2", "cost_usd_increment": "3.5"}),
    EventFault((), {"value": None, "unit": None}),
    EventFault((), {"resource_id": ABSENT, "region": ABSENT}),
    EventFault((), {"trace": {"host": "a1", "attempt": 2}, "note": "not declared"}),
)
"""Good events with unusual spellings."""
