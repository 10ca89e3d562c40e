"""Record the measures of job runs in the file from which the cost estimate predicts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.job_runs import ObservedJob
from lake.measures import HISTORY, MONTH, SAMPLE, Recorded
from lake.model.spec import Domain

COMMANDS = {
    HISTORY: "caudal bench --record --no-months --no-dashboards --events 0 --relational 0",
    MONTH: "caudal bench --record --no-history --no-dashboards --events 0 --relational 0",
    SAMPLE: "caudal bench --record --profile --sample",
}
"""The command that records a size."""


def record(file: Path, size: str, domain: Domain, jobs: Sequence[ObservedJob], *, scale: float = 1.0) -> None:
    """Replace a domain's records of a size in the file by those of these jobs; say how they were made.

    `scale` is that of the rows; the sample has none.
    """
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    new = [
        Recorded(domain=domain.name, job=job.kind, size=size, measures=run).to_json()
        for job in jobs
        for run in job.runs
    ]
    kept = [each for each in found.get("jobs", []) if (each["domain"], each["size"]) != (domain.name, size)]
    jobs_now = sorted([*kept, *new], key=lambda each: (each["domain"], each["size"], each["job"]))
    command = COMMANDS[size] if scale == 1.0 else f"{COMMANDS[size]} --scale {scale:g}"
    how = {"by": command, "on": f"{datetime.now(UTC):%Y-%m-%d}", "scale": scale}
    made = {**found.get("made", {}), size: how}
    body = {"made": dict(sorted(made.items())), "jobs": jobs_now}
    file.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
