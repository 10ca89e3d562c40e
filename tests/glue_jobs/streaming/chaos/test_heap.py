"""The largest micro-batches fit a heap that a quarter-DPU worker surely has."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from glue_jobs.streaming.files import BRONZE_BYTES
from lake import naming
from tests.glue_jobs.streaming.chaos.small_heap import run_with_heap

HEAP = "1500m"
"""A G.025X worker has 4 GB for Java's heap, its other memory, and Python. On Glue driver and executor have a
worker each; here one heap holds both."""

DOMAIN, TABLE = "cloud_provider", "usage_events"
FILES = 100
LINE_BYTES = 250
"""Fewer bytes than an event has, so that the files exceed one micro-batch."""


@pytest.mark.chaos
def test_largest_micro_batches_fit_the_heap(tmp_path: Path) -> None:
    events = BRONZE_BYTES // LINE_BYTES
    sample: Any = importlib.import_module(f"domains.{DOMAIN}.sample")
    sample.generate(tmp_path / "landing", events=events, days=60, per_file=events // FILES, seed=2025)
    raw = tmp_path / "root" / "raw" / naming.raw_prefix(DOMAIN, TABLE)
    size = 0
    for file in (tmp_path / "landing" / TABLE).iterdir():
        target = raw / file.stem / file.name
        target.parent.mkdir(parents=True)
        size += file.rename(target).stat().st_size
    assert size > BRONZE_BYTES
    assert run_with_heap(tmp_path / "root", HEAP)["rows_read"] >= events
