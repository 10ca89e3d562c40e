"""Synthesising the cloud assembly, only when its inputs have changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
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


def synthesise(project: Path, out: Path, env: str) -> bool:
    """Synthesise the cloud assembly of an environment, for the local account, into `out`.

    All switches are on; the relational copy only where there is a MariaDB server to load it into.

    Returns False if `out` already holds the assembly of the same inputs: their hash is stored beside
    it. Raises DeployError with the end of the program's output if the synthesis fails.
    """
    relational = str(is_installed()).lower()
    current = f"{env} relational={relational} {inputs_hash(project)}"
    stamp = out / STAMP
    if stamp.exists() and (out / "manifest.json").exists() and stamp.read_text() == current:
        return False
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    switches = {"env": env, **SWITCHES, "relational": relational}
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
    stamp.write_text(current)
    return True


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
