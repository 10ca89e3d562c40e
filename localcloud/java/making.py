"""Makes the archive of Java's classes; a step of the set-up, which needs only Java and Spark's jars."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import subprocess
import tempfile
from pathlib import Path

from localcloud.errors import LocalCloudError
from localcloud.java.archive import CLASS_LIST, Archive, checksum

MODULES = ("--add-modules=jdk.incubator.vector",)
"""Modules that Spark adds to Java's own."""


OPTIONS = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
"""Variables with a user's options for all of Java, which may not go together with an archive."""


class RefusedError(LocalCloudError):
    """Java cannot make an archive of these classes, or cannot start with it, and never will."""


def make(archive: Archive) -> None:
    """Make the archive from the committed list of classes, and name it when Java has started with it.

    Makers that run at the same time wait for the first, and keep its archive. Archives for other inputs are
    deleted; a Java that has one open keeps it. Raises LocalCloudError if Java cannot make one, which is
    recorded, so that it is not tried again, unless Java was killed; OSError if files cannot be written.
    """
    archive.settings.mkdir(parents=True, exist_ok=True)
    with (archive.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.is_decided():
            _make(archive)


def _make(archive: Archive) -> None:
    with tempfile.TemporaryDirectory(prefix="made-", dir=archive.folder) as scratch:
        classes, made, record = (Path(scratch) / name for name in ("classes.txt", "made.jsa", "record.json"))
        classes.write_bytes(gzip.decompress(CLASS_LIST.read_bytes()))
        try:
            _java(archive, "-Xshare:dump", f"-XX:SharedClassListFile={classes}", made)
            _java(archive, "-Xshare:on", *MODULES, made, "-version")
            status = made.stat()
        except (RefusedError, FileNotFoundError) as error:
            record.write_text(json.dumps({"reason": str(error)}), encoding="utf-8")
            record.replace(archive.record)
            raise LocalCloudError(f"no archive of Java's classes: {error}") from error
        content = {"bytes": status.st_size, "crc32": checksum(made, status.st_mtime_ns)}
        record.write_text(json.dumps(content), encoding="utf-8")
        # Without its own record the archive counts as damaged, and is not used.
        made.replace(archive.file)
        record.replace(archive.record)
    for other in archive.folder.glob("java-*.js*"):
        if other not in (archive.file, archive.record):
            other.unlink(missing_ok=True)


def _java(archive: Archive, mode: str, *arguments: str | Path) -> None:
    options = [f"-XX:SharedArchiveFile={part}" if isinstance(part, Path) else part for part in arguments]
    program = [
        str(archive.java / "bin" / "java"),
        mode,
        "-XX:+UseSerialGC",
        "-Xmx1g",
        "-cp",
        archive.class_path,
    ]
    try:
        done = subprocess.run(
            [*program, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in OPTIONS},
        )
    except OSError as error:
        raise LocalCloudError("Java cannot be run.", where=str(archive.java), hint=str(error)) from error
    if done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-3:])
        # A negative code is that of a signal, e.g. for want of memory: another time it may succeed.
        kind = RefusedError if done.returncode > 0 else LocalCloudError
        raise kind(
            f"Java ended with code {done.returncode}: {last}",
            where=f"java {mode}",
            hint="Spark starts without.",
        )
