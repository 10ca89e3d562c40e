"""The history that both file systems execute: drops of CSV files, usage events, compaction, a second drop.

At the end the models are trained; a promotion publishes once more.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from lake.model.spec import Domain
from lake.naming import Names, stream_job
from localcloud.context import ACCOUNT, REGION
from localcloud.daemon import PROJECT
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import Lakehouse

SAMPLE = PROJECT / "sample_data"
DOMAINS = ("ecommerce", "cloud_provider")
NAMES = Names(env="dev", account=ACCOUNT, region=REGION)

VERDICTS = {
    "cloud_provider": {
        "anomaly_feedback.csv": "org_id,usage_date,service,verdict,note,given_by\n"
        "org_000007e9,2025-08-01,compute,planned,load test,finance\n"
    }
}
"""Domain → files of people's verdicts, which the sample does not have."""

LATE_EVENTS = slice(7, 11)
"""Files of a stream that arrive after the first drop, in parts. Their events are of a past month."""

PARTS = 4
"""Parts of such a file. Each part is a micro-batch: together enough small files of a month to compact."""


@dataclass(frozen=True)
class Played:
    """What a domain's history left behind: the folders of its objects, and its executions and job runs."""

    domain: Domain
    home: Path
    executions: list[str] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    names: Names = NAMES

    def folder(self, bucket: str, prefix: str) -> Path:
        """Return the folder of a prefix's objects."""
        return self.home / "s3" / bucket / prefix

    @property
    def recording(self) -> Path:
        """The recorded calls of all roles."""
        return self.home / "state" / "iam-calls.jsonl"


History = dict[str, Played]
"""What the history of each domain left behind, by the domain's name."""


def play(cloud: LocalCloud, domain: str, work: Path) -> Played:
    """Send the sample of a domain in two drops, run its streams and its pipeline. Waits for the end."""
    lakehouse = Lakehouse(cloud, domain)
    first, second, events = drops(lakehouse.domain, SAMPLE / domain, work)
    for name, content in VERDICTS.get(domain, {}).items():
        (second / name).write_text(content, encoding="utf-8")
    lakehouse.upload(first)
    for table in lakehouse.domain.stream_tables:
        cloud.fire_schedule(lakehouse.names.schedule(domain, stream_job(table.name)))
    cloud.wait_idle()
    for folder in one_by_one(lakehouse.domain, events, work):
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
    if lakehouse.domain.models:
        cloud.fire_schedule(lakehouse.names.schedule(domain, "training"))
        cloud.wait_idle()
    return Played(
        domain=lakehouse.domain,
        home=cloud.context.home,
        executions=lakehouse.executions(),
        runs=list(job_runs(cloud, lakehouse)),
    )


def play_all(cloud: LocalCloud, places: pytest.TempPathFactory) -> History:
    """Play the history of all domains, one after the other."""
    return {domain: play(cloud, domain, places.mktemp(domain)) for domain in DOMAINS}


def job_runs(cloud: LocalCloud, lakehouse: Lakehouse) -> Iterator[dict[str, Any]]:
    """Yield the runs of all jobs of a domain."""
    glue = cloud.client("glue")
    prefix = lakehouse.names.job(lakehouse.domain.name, "")
    for job in glue.get_jobs()["Jobs"]:
        if job["Name"].startswith(prefix):
            yield from glue.get_job_runs(JobName=job["Name"])["JobRuns"]


def drops(domain: Domain, sample: Path, work: Path) -> tuple[Path, Path, Path]:
    """Split a sample into folders below `work`: the first drop, the second one, and the late events.

    The second drop is the sample's last folder of CSV files.
    """
    streams = [table.name for table in domain.stream_tables]
    last = max(path.name for path in sample.iterdir() if path.is_dir() and path.name not in streams)
    late = {file for name in streams for file in sorted((sample / name).iterdir())[LATE_EVENTS]}
    for file in sorted(path for path in sample.rglob("*") if path.is_file()):
        place = file.relative_to(sample)
        target = work / ("late" if file in late else "second" if place.parts[0] == last else "first") / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return work / "first", work / "second", work / "late"


def one_by_one(domain: Domain, events: Path, work: Path) -> Iterator[Path]:
    """Cut the files of streams into parts, and yield a folder for each part, in the order of keys.

    Sent in this order, the parts become the same micro-batches wherever a stream reads them: Spark takes the
    oldest file first, and of files of one second, which is what S3 tells, the first key.
    """
    for table in domain.stream_tables:
        parts = {
            f"{file.stem}-{number}{file.suffix}": "".join(lines[number::PARTS])
            for file in sorted((events / table.name).iterdir())
            for lines in [file.read_text(encoding="utf-8").splitlines(keepends=True)]
            for number in range(PARTS)
        }
        for name in sorted(parts, key=lambda name: sha256(parts[name].encode()).hexdigest()):
            folder = work / "parts" / name
            target = folder / table.name / name
            target.parent.mkdir(parents=True)
            target.write_text(parts[name], encoding="utf-8")
            yield folder


def ledger_entries(played: Played, prefix: str) -> list[dict[str, Any]]:
    """Return the ledger's objects below a prefix."""
    folder = played.folder(played.names.ledger_bucket, prefix)
    return [json.loads(file.read_text()) for file in sorted(folder.rglob("*.json"))]
