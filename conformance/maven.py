"""The artifacts of Maven Central that the conformance checks run, and the command that fetches them.

Every version is pinned here. Artifacts stay in `.build/maven`, which has the layout of a Maven repository:
a second call starts at once, also without Maven.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lake.errors import CaudalError

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = ROOT / ".build" / "maven"
GET = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get"

REPORT_SECONDS = 10.0
"""A download reports how much has arrived at this interval."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Artifact:
    """One file of Maven Central."""

    group: str
    name: str
    version: str
    packaging: str = "jar"

    @property
    def path(self) -> Path:
        """Path of the file in a Maven repository."""
        folder = Path(*self.group.split("."), self.name, self.version)
        return folder / f"{self.name}-{self.version}.{self.packaging}"

    @property
    def coordinates(self) -> str:
        return f"{self.group}:{self.name}:{self.version}:{self.packaging}"


S3A = (
    # The version of the Hadoop that pyspark contains, and the libraries that its POM names.
    Artifact("org.apache.hadoop", "hadoop-aws", "3.4.2"),
    Artifact("software.amazon.awssdk", "bundle", "2.29.52"),
    Artifact("software.amazon.s3.analyticsaccelerator", "analyticsaccelerator-s3", "1.2.1"),
)
TRINO = (
    # Runs on Java 24 and newer. Of 435, which runs on Java 17, Maven Central has no archive.
    Artifact("io.trino", "trino-server", "476", "tar.gz"),
)


class MavenError(CaudalError):
    """An artifact is missing and cannot be fetched."""


def fetch(
    artifacts: Iterable[Artifact],
    repository: Path = REPOSITORY,
    report: Callable[[str], None] = lambda line: print(line, flush=True),
) -> list[Path]:
    """Return the files of `artifacts`; fetch the missing ones with Maven, which checks their checksums.

    `report` receives a line when a download starts, while it runs, and when it ends. Raises MavenError
    without Maven, and if a download fails.
    """
    files = [(artifact, repository / artifact.path) for artifact in artifacts]
    missing = [artifact for artifact, file in files if not file.exists()]
    if missing and shutil.which("mvn") is None:
        names = ", ".join(f"{artifact.name} {artifact.version}" for artifact in missing)
        raise MavenError(
            f"there is no mvn on the PATH to fetch {names}.",
            hint="Install Maven 3 and a JDK (apt-get install maven).",
        )
    for artifact in missing:
        _get(artifact, repository, report)
    return [file for _, file in files]


def _get(artifact: Artifact, repository: Path, report: Callable[[str], None]) -> None:
    label = f"{artifact.name} {artifact.version}"
    target = repository / artifact.path
    target.parent.mkdir(parents=True, exist_ok=True)
    report(f"{label}: fetching from Maven Central")
    began = reported = time.monotonic()
    command = [
        *("mvn", "--batch-mode", "--no-transfer-progress", "--strict-checksums"),
        *(f"-Dmaven.repo.local={repository}", GET),
        *(f"-Dartifact={artifact.coordinates}", "-Dtransitive=false"),
    ]
    log = repository / f"{artifact.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=repository, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            time.sleep(_POLL_SECONDS)
            if time.monotonic() - reported > REPORT_SECONDS:
                reported = time.monotonic()
                report(f"{label}: {_megabytes(target.parent)} MB after {reported - began:.0f} s")
    if process.returncode != 0 or not target.exists():
        said = [line for line in log.read_text().splitlines() if line.startswith("[ERROR]")]
        raise MavenError(
            f"Maven could not fetch {artifact.coordinates}: {said[0] if said else 'no error is named.'}",
            where=str(log),
            hint="Check the network and Maven's settings, then call again.",
        )
    seconds = time.monotonic() - began
    report(f"{label}: {_megabytes(target.parent)} MB in {seconds:.0f} s")


def _megabytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.exists()) // 1_000_000


def main() -> int:
    """Fetch everything. Return 0, or 1 after one line that says what is lacking."""
    try:
        fetch([*S3A, *TRINO])
    except MavenError as error:
        print(f"make conformance: {error}", file=sys.stderr)
        return 1
    return 0
