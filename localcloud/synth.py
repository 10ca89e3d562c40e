"""Synthesising the cloud assembly, only when its inputs have changed."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

from localcloud.context import ACCOUNT, REGION
from localcloud.database.rds import is_installed
from localcloud.errors import DeployError

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

MOST_KEPT = 8
LIBRARIES = ("aws-cdk-lib", "constructs")
"""Packages that write the templates; the pins of requirements.txt do not say what is installed."""


def synthesise(project: Path, out: Path, env: str) -> bool:
    """Synthesise the cloud assembly of an environment, for the local account, into `out`.

    All switches are on; the relational copy only where there is a MariaDB server to load it into.

    Returns False if `out` already holds the assembly of the same inputs: their hash is stored beside
    it. The project keeps the last assemblies, so that another folder with the same inputs gets a copy.
    Raises DeployError with the end of the program's output if the synthesis fails.
    """
    switches = {"env": env, **SWITCHES, "relational": str(is_installed()).lower()}
    current = _key(project, switches)
    stamp = out / STAMP
    if stamp.exists() and (out / "manifest.json").exists() and stamp.read_text() == current:
        return False
    shutil.rmtree(out, ignore_errors=True)
    kept = project / KEPT / current
    if kept.exists():
        shutil.copytree(kept, out)
    else:
        out.mkdir(parents=True)
        _execute(project, out, switches)
        _keep(out, kept)
    # Last, so that a folder that was only filled in part is filled again.
    stamp.write_text(current)
    return True


def _key(project: Path, switches: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that an assembly follows from: sources, switches, Python and libraries."""
    versions = [sys.version, *(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)]
    parts = [inputs_hash(project), *(f"{name}={value}" for name, value in switches.items()), *versions]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _keep(out: Path, kept: Path) -> None:
    """Copy an assembly to the project's folder of them, in one step, and remove the oldest of too many."""
    partial = kept.with_name(f".{kept.name}.{uuid.uuid4().hex}")
    shutil.copytree(out, partial)
    try:
        partial.rename(kept)
    except OSError:
        # Another process has kept the same assembly.
        shutil.rmtree(partial)
        if not kept.exists():
            raise
    newest = sorted(kept.parent.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest[MOST_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


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
    """Return the SHA-256 of the names and contents of all inputs, including domains on PYTHONPATH."""
    digest = hashlib.sha256()
    for name, file in sorted(_input_files(project)):
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _input_files(project: Path) -> Iterator[tuple[str, Path]]:
    for name in INPUTS:
        yield from _files(project / name, name)
    for position, root in enumerate(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))):
        if Path(root).resolve() != project.resolve():
            yield from _files(Path(root) / "domains", f"PYTHONPATH[{position}]/domains")


def _files(path: Path, name: str) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield name, path
    elif path.is_dir():
        for file in path.rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{name}/{file.relative_to(path)}", file


def _environment(out: Path) -> dict[str, str]:
    local = {"CDK_DEFAULT_ACCOUNT": ACCOUNT, "CDK_DEFAULT_REGION": REGION, "CDK_OUTDIR": str(out)}
    return {**os.environ, **local}
