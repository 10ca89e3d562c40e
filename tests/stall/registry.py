"""The stall's model in a pipeline: versions, the pointer, and what gold shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from glue_jobs.curation.workspace import published_mart
from glue_jobs.models.fingerprint import fingerprints
from glue_jobs.models.pointer import move, read_pointer
from glue_jobs.models.published import PublishedModel, read_published
from glue_jobs.models.registry import Registry
from glue_jobs.models.version import Version
from tests.pipeline import Pipeline, Rows

PLACE = ("ledger", "stall", "usual_takings")
AT = datetime(2026, 2, 1, tzinfo=UTC)
FIRST, LAST = date(2025, 1, 1), date(2025, 2, 28)


def add_version(pipeline: Pipeline, low: int, high: int) -> str:
    """Add a version with these bounds, trained on what gold shows; return its id."""
    model = pipeline.domain.model("usual_takings")
    trained = Version.of(
        model, [{"stall": None, "low": low, "high": high}], window_start=FIRST, window_end=LAST,
        fingerprint=_hashes(pipeline), code_version="1", figures={}, parent=None, at=AT, by="test",
    )  # fmt: skip
    Registry(pipeline.store, "ledger", "stall", model).add(trained)
    return trained.version


def _hashes(pipeline: Pipeline) -> Mapping[str, str]:
    mart = pipeline.domain.mart("takings_by_day")
    rows = published_mart(pipeline.spark, pipeline.store, pipeline.args(), mart)
    return fingerprints(rows, pipeline.domain.model("usual_takings").fingerprint, FIRST, LAST)


def promote(pipeline: Pipeline, version: str) -> None:
    """Move the pointer."""
    expected = read_pointer(pipeline.store, *PLACE)
    move(pipeline.store, *PLACE, expected=expected, to=version, by="ann", why="better", at=AT)


def shown(pipeline: Pipeline) -> PublishedModel:
    """Return the record of what gold shows."""
    return read_published(pipeline.store, *PLACE)


def odd_days(pipeline: Pipeline) -> Rows:
    """Return stall, day, whether it is odd, its verdict and the version of each day."""
    return pipeline.rows("gold", "odd_days", "stall", "day", "is_odd", "verdict", "model_version")


def odd_by_version(pipeline: Pipeline) -> Rows:
    """Return the number of odd days by version."""
    return pipeline.rows("gold", "odd_by_version", "model_version", "odd")
