"""One Trino server: unpacked from Maven Central's archive, started on a free port, stopped at the end."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conformance.maven import REPOSITORY, TRINO, fetch
from conformance.trino.client import Trino, is_ready
from lake.errors import CaudalError

LOWEST_JAVA = 24
HEAP = "1400m"
START_SECONDS = 180.0
POLL_SECONDS = 0.2
PLUGIN = "hive"
"""The only plugin that is kept of the archive's fifty: tables of a Glue catalog in S3."""


class TrinoError(CaudalError):
    """The Trino server cannot be started."""


def java() -> Path:
    """Return a Java command of at least LOWEST_JAVA, from JAVA_HOME, the PATH or /usr/lib/jvm.

    Raises TrinoError if there is none.
    """
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    found = shutil.which("java")
    homes += [Path(found).resolve().parent.parent] if found else []
    homes += sorted(Path("/usr/lib/jvm").glob("*")) if Path("/usr/lib/jvm").is_dir() else []
    for home in homes:
        if _version(home) >= LOWEST_JAVA:
            return home / "bin" / "java"
    raise TrinoError(
        f"there is no Java {LOWEST_JAVA} or newer to run Trino.",
        where=", ".join(map(str, homes)) or "PATH",
        hint=f"Install a JDK {LOWEST_JAVA} or newer, e.g. Temurin 25, or set JAVA_HOME.",
    )


def _version(home: Path) -> int:
    release = home / "release"
    match = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
    return int(match[1]) if match and (home / "bin" / "java").exists() else 0


def unpack(repository: Path = REPOSITORY) -> Path:
    """Fetch the archive if it is missing, unpack what is needed of it, and return the folder."""
    (archive,) = fetch(TRINO, repository)
    target = archive.parent / "server"
    if target.exists():
        return target
    scratch = archive.parent / "unpacking"
    shutil.rmtree(scratch, ignore_errors=True)
    # Plugins share files by hard links, so that all must be unpacked before most are removed.
    with tarfile.open(archive) as content:
        content.extractall(scratch, filter="data")
    (root,) = scratch.iterdir()
    for plugin in (root / "plugin").iterdir():
        if plugin.name != PLUGIN:
            shutil.rmtree(plugin)
    root.rename(target)
    shutil.rmtree(scratch)
    return target


@contextmanager
def running(folder: Path, catalogs: Mapping[str, Mapping[str, str]]) -> Iterator[Trino]:
    """Run a server with its state below `folder`, and yield a client of it.

    `catalogs` are the properties of each catalog by name. Raises TrinoError if the server does not start.
    """
    server, port = unpack(), _free_port()
    etc = folder / "etc"
    (etc / "catalog").mkdir(parents=True)
    _write(etc / "config.properties", _config(port, etc))
    _write(etc / "log.properties", {"io.trino": "WARN", "org.eclipse.jetty": "WARN", "io.airlift": "WARN"})
    for name, properties in catalogs.items():
        _write(etc / "catalog" / f"{name}.properties", properties)
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            _command(server, folder), cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, log)
        yield Trino(port)
    finally:
        process.terminate()
        process.wait()


def _config(port: int, etc: Path) -> dict[str, str]:
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery.uri": f"http://127.0.0.1:{port}",
        "query.max-memory": "500MB",
        "query.max-memory-per-node": "500MB",
        "memory.heap-headroom-per-node": "300MB",
        "catalog.config-dir": str(etc / "catalog"),
    }


def _command(server: Path, folder: Path) -> list[str]:
    return [
        str(java()),
        *(f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256M"),
        *("-Djdk.attach.allowAttachSelf=true", "-Duser.timezone=UTC", "--add-modules=jdk.incubator.vector"),
        *(f"-Dnode.data-dir={folder / 'data'}", "-Dnode.environment=conformance", "-Dnode.id=one"),
        *(f"-Dconfig={folder}/etc/config.properties", f"-Dlog.levels-file={folder}/etc/log.properties"),
        *(f"-Dplugin.dir={server / 'plugin'}", "-cp", f"{server / 'lib'}/*"),
        "io.trino.server.TrinoServer",
    ]


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text().splitlines()[-5:])
            raise TrinoError(f"Trino did not start:\n{tail}", where=str(log), hint="Read the log.")
        time.sleep(POLL_SECONDS)


def _write(file: Path, properties: Mapping[str, str]) -> None:
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
