"""The state of a job run, as the API describes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.glue import models

from lake.prices import DPUS, SMALLEST_WORKERS


class GlueRun(models.FakeJobRun):
    """A job run whose state changes with its execution. moto's runs change state each time they are read."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.state = "STARTING"
        self.error: str | None = None
        self.ended: datetime | None = None

    @property
    def status(self) -> str:
        """The state, under moto's name."""
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    def advance(self) -> None:
        """Do nothing: moto calls this when a run is read, and reading must not change its state."""

    def finish(self, state: str, error: str | None) -> None:
        """Enter a final state, with the error of a failed run."""
        self.error = error
        self.ended = self.modified_on = datetime.now(UTC)
        self.state = state

    def as_dict(self) -> dict[str, Any]:
        """Return the JobRun of the API."""
        described: dict[str, Any] = super().as_dict()
        end = self.ended or datetime.now(UTC)
        started = self.started_on if self.started_on.tzinfo else self.started_on.replace(tzinfo=UTC)
        described["ExecutionTime"] = max(0, int((end - started).total_seconds()))
        described["LogGroupName"] = "/aws-glue/jobs"
        described |= self._capacity(described["ExecutionTime"])
        del described["CompletedOn"], described["GlueVersion"]
        if self.ended:
            described["CompletedOn"] = self.ended
        if self.error:
            described["ErrorMessage"] = self.error
        return described

    def _capacity(self, seconds: int) -> dict[str, Any]:
        """Return the capacity figures of the API: with auto scaling, the DPU seconds that were used."""
        workers = self.number_of_workers or 0
        dpus = float(DPUS.get(self.worker_type or "", 1))
        if (self.arguments or {}).get("--enable-auto-scaling") != "true":
            return {"MaxCapacity": workers * dpus}
        # Small runs never scale beyond the driver and one executor.
        return {"MaxCapacity": workers * dpus, "DPUSeconds": seconds * min(SMALLEST_WORKERS, workers) * dpus}
