"""A Java that records its calls and makes archives of a few bytes, and Spark's jars as empty files."""

from __future__ import annotations

from pathlib import Path

from localcloud.java.archive import Archive

JARS = (
    "scala-library-2.13.17",
    "slf4j-api-2.0.17",
    "spark-core_2.13-4.1.1",
    "spark-sql_2.13-4.1.1",
    "zinc-1.0",
)

PROGRAM = """#!/bin/sh
echo "$1" >> {calls}
for option; do
    case "$option" in -XX:SharedArchiveFile=*) file="${{option#*=}}";; esac
done
case "$1" in
-Xshare:dump) sleep 0.2; printf 'classes' > "$file";;
-Xshare:on) {verdict};;
esac
"""


def fake_archive(root: Path, version: str = "17.0.15", verdict: str = "exit 0") -> Archive:
    """Return an archive below `root`; `verdict` is what its Java does when it should start with one."""
    java, jars = root / "java", root / "pyspark" / "jars"
    (java / "bin").mkdir(parents=True, exist_ok=True)
    jars.mkdir(parents=True, exist_ok=True)
    for name in JARS:
        file = jars / f"{name}.jar"
        if not file.exists():
            file.touch()
    program = java / "bin" / "java"
    program.write_text(PROGRAM.format(calls=root / "calls", verdict=verdict))
    program.chmod(0o755)
    (java / "release").write_text(f'IMPLEMENTOR="Debian"\nJAVA_VERSION="{version}"\n')
    return Archive(java, root / "pyspark", root / "classes")


def calls(root: Path) -> list[str]:
    """Return the first argument of each call of Java."""
    file = root / "calls"
    return file.read_text().split() if file.is_file() else []
