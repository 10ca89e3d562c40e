"""Write the list of the Java classes that Spark uses at its start and in its first queries.

The set-up makes the archive of classes from the list; see `localcloud/java`. Write it anew when Spark has
another version. Classes that are gone only make the archive smaller.
"""

from __future__ import annotations

import gzip
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from localcloud.execution.spark_child.engine import Engine  # noqa: E402  (this file is run as a program)
from localcloud.execution.spark_settings import spark_settings  # noqa: E402
from localcloud.java.archive import CLASS_LIST  # noqa: E402
from localcloud.java.start import JAVA_OPTIONS  # noqa: E402

MADE_AT_RUN_TIME = re.compile(
    r"^(#|jdk/proxy|caudal/|jdk/internal/reflect/Generated)|GeneratedClass|\$\$Lambda|\$Proxy"
)
"""Comments, and classes that are in no jar."""

SIGNED = re.compile(r"^org/codehaus/")
"""Classes of signed jars, which no archive may hold."""


def write_list(file: Path = CLASS_LIST) -> int:
    """Start Spark as a worker does, and write the lines that an archive can use. Return their number."""
    with tempfile.TemporaryDirectory() as folder:
        scratch, seen = Path(folder), Path(folder) / "seen.txt"
        settings = spark_settings(scratch, short_runs=True)
        options = f"{settings[JAVA_OPTIONS]} -XX:DumpLoadedClassList={seen}"
        engine = Engine({**settings, JAVA_OPTIONS: options})
        engine.warm_up(scratch / "warm-up")
        engine.base.stop()
        lines = usable(seen.read_text(encoding="utf-8").splitlines())
    # Without time and name, so that the same lines are the same file.
    with file.open("wb") as target, gzip.GzipFile("", "wb", fileobj=target, mtime=0) as packed:
        packed.write("".join(f"{line}\n" for line in lines).encode())
    return len(lines)


def usable(lines: Iterable[str]) -> list[str]:
    """Return the lines of Java's list without those that an archive cannot hold."""
    return [line for line in lines if not MADE_AT_RUN_TIME.search(line) and not SIGNED.search(line)]


if __name__ == "__main__":
    print(f"{write_list():,} lines")
