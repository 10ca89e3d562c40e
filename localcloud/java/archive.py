"""The archive of the Java classes that Spark uses: its file, and whether it is whole.

Whenever Spark starts, Java reads, checks and links 15,000 classes. An archive of classes (CDS) holds them as
Java keeps them in memory. It is for one Java and one class path, so its name says for which. Nothing but time
and memory depends on it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".build" / "java-classes"
CLASS_LIST = Path(__file__).with_name("classes.txt.gz")

FIRST = (
    "slf4j-api", "spark-catalyst", "scala-library", "spark-core", "scala-reflect", "spark-sql-api",
    "spark-sql", "log4j-core", "jackson-databind", "hadoop-client-api", "parquet-column", "parquet-jackson",
    "parquet-encoding", "hadoop-client-runtime", "arrow-vector", "spark-network-common", "netty-common",
    "ivy", "parquet-format-structures", "parquet-hadoop", "antlr4-runtime", "netty-transport",
    "jackson-module-scala", "jackson-core", "spark-common-utils", "netty-buffer", "log4j-api",
)  # fmt: skip
"""The jars with most of the classes. Java looks for each class in one jar after the other, and makes the
archive in a third less time if these come first."""

BLOCK = 1 << 20


@dataclass(frozen=True)
class Archive:
    """The archive for the Java at `java` and the installation `spark` of pyspark, below `folder`."""

    java: Path
    spark: Path
    folder: Path = FOLDER

    @property
    def settings(self) -> Path:
        """The folder of Spark's settings: an archive allows only empty folders on the class path."""
        return self.folder / "no-settings"

    @property
    def first_jars(self) -> tuple[Path, ...]:
        """The jars that the class path has before Spark's own."""
        jars = {file.name.removesuffix(".jar"): file for file in sorted(self._jars.glob("*.jar"))}
        return tuple(
            file
            for name in FIRST
            for stem, file in jars.items()
            if stem.rpartition("-")[0].removesuffix("_2.13") == name
        )

    @property
    def class_path(self) -> str:
        """The class path of a Spark that has `first_jars`, in the order of Spark's launcher.

        The launcher also names slf4j-api before the others, and drops the second mention.
        """
        return ":".join(map(str, (*self.first_jars, f"{self.settings}/", self._jars / "*")))

    @property
    def file(self) -> Path:
        """The archive. Its name has the versions of Java and Spark, and a hash of all that it depends on."""
        digest = hashlib.sha256(CLASS_LIST.read_bytes())
        for line in self._inputs():
            digest.update(line.encode() + b"\n")
        return (
            self.folder
            / f"java-{self._java_version}-spark-{self._spark_version}-{digest.hexdigest()[:12]}.jsa"
        )

    @property
    def record(self) -> Path:
        """The size and the checksum of the archive, or the reason why it could not be made, as JSON."""
        return self.file.with_suffix(".json")

    @property
    def _jars(self) -> Path:
        return self.spark / "jars"

    @property
    def _java_version(self) -> str:
        release = self.java / "release"
        lines = release.read_text(encoding="utf-8").splitlines() if release.is_file() else []
        found = (line.split('"')[1] for line in lines if line.startswith("JAVA_VERSION="))
        return next(found, "unknown")

    @property
    def _spark_version(self) -> str:
        found = sorted(self._jars.glob("spark-core_*.jar"))
        return found[0].stem.rpartition("-")[2] if found else "unknown"

    def _inputs(self) -> Iterator[str]:
        """Yield what Java compares with an archive: itself, the class path, and the jars on it."""
        yield self.class_path
        library = self.java / "lib" / "server" / "libjvm.so"
        for file in (*([library] if library.is_file() else []), *sorted(self._jars.glob("*.jar"))):
            status = file.stat()
            yield f"{file} {status.st_size} {status.st_mtime_ns}"

    def is_decided(self) -> bool:
        """Return whether the archive is there and whole, or is known not to be possible."""
        return "reason" in recorded(self.record) or (self.file.is_file() and self.damage() is None)

    def damage(self) -> str | None:
        """Return how the archive differs from its record, None if it is whole or was never made."""
        if not self.file.is_file():
            return None
        status, expected = self.file.stat(), recorded(self.record)
        if status.st_size != expected.get("bytes"):
            return f"it has {status.st_size} bytes instead of {expected.get('bytes', 'a recorded number')}"
        if checksum(self.file, status.st_mtime_ns) != expected.get("crc32"):
            return "its checksum is another"
        return None


def recorded(record: Path) -> dict[str, object]:
    """Return the content of a record, empty if there is none that can be read."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@lru_cache(maxsize=8)
def checksum(file: Path, changed: int) -> int:
    """Return the CRC-32 of a file that was last changed at `changed`, in nanoseconds."""
    found = 0
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            found = zlib.crc32(block, found)
    return found
