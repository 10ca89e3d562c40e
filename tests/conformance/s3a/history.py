"""The history that both file systems execute: drops of CSV files, usage events, compaction, a second drop."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from lake.model.spec import Domain
from lake.naming import Names, stream_job
from localcloud.daemon import PROJECT
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import Lakehouse

SAMPLE = PROJECT / "sample_data"

FIRST_EVENTS = 8
"""Files of a stream that arrive with the first drop. The others are a micro-batch each: enough to compact."""


@dataclass(frozen=True)
class Played:
    """What a domain's history left behind: the folders of its objects, and its executions and job runs."""

    domain: Domain
    names: Names
    home: Path
    executions: list[str] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)

    def folder(self, bucket: str, prefix: str) -> Path:
        """Return the folder of a prefix's objects."""
        return self.home / "s3" / bucket / prefix

    @property
    def recording(self) -> Path:
        """The recorded calls of all roles."""
        return self.home / "state" / "iam-calls.jsonl"


def play(cloud: LocalCloud, domain: str, work: Path) -> Played:
    """Send the sample of a domain in two drops, run its streams and its pipeline. Waits for the end."""
    lakehouse = Lakehouse(cloud, domain)
    first, second = drops(lakehouse.domain, SAMPLE / domain, work)
    lakehouse.upload(first)
    for table in lakehouse.domain.stream_tables:
        cloud.fire_schedule(lakehouse.names.schedule(domain, stream_job(table.name)))
    cloud.wait_idle()
    for folder in one_by_one(lakehouse.domain, second, work):
        lakehouse.send(folder)
    lakehouse.upload(second)
    for table in lakehouse.domain.stream_tables:
        cloud.client("glue").start_job_run(
            JobName=lakehouse.names.job(domain, stream_job(table.name)),
            Arguments={"--max_files_per_trigger": "1"},
        )
    cloud.wait_idle()
    if lakehouse.domain.stream_tables:
        cloud.fire_schedule(lakehouse.names.schedule(domain, "pipeline"))
        cloud.wait_idle()
    return Played(
        domain=lakehouse.domain,
        names=lakehouse.names,
        home=cloud.context.home,
        executions=lakehouse.executions(),
        runs=list(job_runs(cloud, lakehouse)),
    )


def job_runs(cloud: LocalCloud, lakehouse: Lakehouse) -> Iterator[dict[str, Any]]:
    """Yield the runs of all jobs of a domain."""
    glue = cloud.client("glue")
    prefix = lakehouse.names.job(lakehouse.domain.name, "")
    for job in glue.get_jobs()["Jobs"]:
        if job["Name"].startswith(prefix):
            yield from glue.get_job_runs(JobName=job["Name"])["JobRuns"]


def drops(domain: Domain, sample: Path, work: Path) -> tuple[Path, Path]:
    """Split a sample into two folders below `work`.

    The second one has the sample's last folder of CSV files, and most files of its streams.
    """
    streams = [table.name for table in domain.stream_tables]
    last = max(path.name for path in sample.iterdir() if path.is_dir() and path.name not in streams)
    events = {file for name in streams for file in sorted((sample / name).iterdir())[FIRST_EVENTS:]}
    for file in sorted(path for path in sample.rglob("*") if path.is_file()):
        place = file.relative_to(sample)
        is_late = file in events or place.parts[0] == last
        target = work / ("second" if is_late else "first") / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return work / "first", work / "second"


def one_by_one(domain: Domain, drop: Path, work: Path) -> Iterator[Path]:
    """Yield a folder for each file of a drop's streams, in the order of the files' keys.

    Sent in this order, the files become the same micro-batches wherever a stream reads them: Spark takes the
    oldest file first, and of files of one second, which is what S3 tells, the first key.
    """
    for table in domain.stream_tables:
        files = [path for path in (drop / table.name).rglob("*") if path.is_file()]
        for file in sorted(files, key=lambda path: sha256(path.read_bytes()).hexdigest()):
            folder = work / "events" / file.name
            target = folder / file.relative_to(drop)
            target.parent.mkdir(parents=True)
            shutil.copyfile(file, target)
            yield folder


def ledger_entries(played: Played, prefix: str) -> list[dict[str, Any]]:
    """Return the ledger's objects below a prefix."""
    folder = played.folder(played.names.ledger_bucket, prefix)
    return [json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))]
