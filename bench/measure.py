"""One upload through the local cloud, measured from the first byte to the last catalog entry."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lake.errors import CaudalError
from lake.naming import Names
from lake.spec import Domain
from localcloud.context import ACCOUNT, REGION
from localcloud.demo.watch import Watch
from localcloud.execution.glue import executor
from localcloud.server import LocalCloud
from uploader import upload

ENV = "dev"
NAMES = Names(env=ENV, account=ACCOUNT, region=REGION)
LAYERS = ("bronze", "silver", "gold")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one upload cost. `stages` are the pipeline's states; `files` counts Parquet by layer."""

    upload: float
    pipeline: float
    stages: dict[str, float]
    files: dict[str, int]
    memory_mb: int
    extra: dict[str, float] = field(default_factory=dict)


def run_upload(cloud: LocalCloud, domain: Domain, folder: Path) -> Measured:
    """Upload a folder, wait for the pipeline to publish and catalogue it, and measure.

    Raises CaudalError if the pipeline failed.
    """
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{NAMES.state_machine(domain.name)}"
    watch = Watch(cloud.client("stepfunctions"), machine)
    role = f"arn:aws:iam::{ACCOUNT}:role/{NAMES.uploader_role}"
    began = time.monotonic()
    upload([folder], domain, client=cloud.client("s3", role), names=NAMES)
    uploaded = time.monotonic()
    for _ in watch.follow(cloud.is_idle):
        pass
    ended = time.monotonic()
    stages: Counter[str] = Counter()
    for execution in watch.followed.values():
        if execution.status != "SUCCEEDED":
            raise CaudalError(f"the pipeline {execution.status}: {execution.cause}", where=domain.name)
        for state in execution.states:
            stages[state.name] += state.seconds or 0.0  # type: ignore[assignment]
    return Measured(
        upload=uploaded - began,
        pipeline=ended - uploaded,
        stages=dict(stages),
        files=parquet_files(cloud.context.home, domain),
        memory_mb=executor().peak_memory() // (1 << 20),
    )


def parquet_files(home: Path, domain: Domain) -> dict[str, int]:
    """Published and committed Parquet files by layer, quarantine aside."""
    processed = home / "s3" / NAMES.processed_bucket
    folders = {
        "bronze": processed / "bronze" / domain.name,
        "silver": processed / "silver" / domain.name,
        "gold": home / "s3" / NAMES.curated_bucket / domain.name,
    }
    return {layer: sum(1 for _ in folder.rglob("*.parquet")) for layer, folder in folders.items()}
