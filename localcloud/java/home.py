"""The Java installation of the local workers."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from localcloud.errors import LocalCloudError


def java_home() -> Path:
    """Return the Java installation: JAVA_HOME, else `java` on the PATH, else the last one in /usr/lib/jvm.

    Raises LocalCloudError when no Java is installed.
    """
    named = os.environ.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").exists():
        return Path(named)
    found = shutil.which("java")
    if found:
        return Path(found).resolve().parent.parent
    installed = sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    if installed:
        return installed[-1].parent.parent
    raise LocalCloudError(
        "Spark needs Java 17 or 21, and no Java is installed.",
        where="JAVA_HOME, PATH, /usr/lib/jvm",
        hint="Install a JRE (apt-get install openjdk-17-jre-headless) or set JAVA_HOME.",
    )


def configured_java(spark: Path) -> Path | None:
    """Return the Java that the set-up wrote to the settings of pyspark at `spark`; None if it is missing."""
    file = spark / "conf" / "spark-env.sh"
    if not file.is_file():
        return None
    found = re.search(r"^export JAVA_HOME='(.+)'$", file.read_text(encoding="utf-8"), re.MULTILINE)
    home = Path(found[1]) if found else None
    return home if home and (home / "bin" / "java").is_file() else None
