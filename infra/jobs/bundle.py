"""The archive of a Lambda function: our sources and, for AWS, what they need from PyPI.

Wheels are those of the function's platform, pinned as in requirements.txt, fetched once per set of pins
into `.build/wheels`. The local cloud runs functions in the project's own environment, where all of it is
installed, so that its archive holds sources only.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from infra.jobs.assets import package_files, write_archive
from lake.errors import CaudalError

PACKAGES = ("domains", "lake", "serving")
NEEDED = (
    "anyio",
    "astrapy",
    "aws-lambda-powertools",
    "certifi",
    "deprecation",
    "dnspython",
    "h11",
    "h2",
    "hpack",
    "httpcore",
    "httpx",
    "hyperframe",
    "idna",
    "packaging",
    "pymongo",
    "toml",
    "typing-extensions",
    "uuid6",
)
"""What astrapy and Powertools need at run time. astrapy also asks for IPython, 86 MB that it only
imports in a notebook; boto3 and jmespath come with the runtime, awswrangler and pyarrow with the layer."""

PLATFORM = "x86_64-manylinux_2_28"
PYTHON = "3.13"


class BundleError(CaudalError):
    """The dependencies of a function cannot be put together."""


def build_function(target: Path, *, root: Path, function: str, with_dependencies: bool) -> Path:
    """Writes `<function>.zip` into `target`: `handler.py` at its top, and packages. Returns its path.

    Equal inputs give equal bytes. Raises BundleError if wheels are needed and cannot be had.
    """
    own = root / "lambdas" / function
    files = {path.name: path for path in own.glob("*.py")} | package_files(root, PACKAGES)
    if with_dependencies:
        wheels = _installed(root)
        files |= {path.relative_to(wheels).as_posix(): path for path in _all_files(wheels)}
    return write_archive(target / f"{function}.zip", files)


def _all_files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def pins(root: Path) -> list[str]:
    """`name==version` of everything that is NEEDED, from requirements.txt. Raises BundleError."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned = {
        re.sub(r"[_.-]+", "-", name).lower(): version
        for name, version in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    }
    missing = [name for name in NEEDED if name not in pinned]
    if missing:
        raise BundleError(
            f"{', '.join(missing)} are not pinned.",
            where="requirements.txt",
            hint="Compile it again (make requirements), or correct NEEDED in infra/jobs/bundle.py.",
        )
    return [f"{name}=={pinned[name]}" for name in NEEDED]


def _installed(root: Path) -> Path:
    """Folder with the wheels of `pins` unpacked; made once."""
    wanted = pins(root)
    digest = hashlib.sha256("\n".join([PYTHON, PLATFORM, *wanted]).encode()).hexdigest()[:16]
    folder = root / ".build" / "wheels" / digest
    if folder.exists():
        return folder
    partial = folder.with_name(f"{digest}.part")
    shutil.rmtree(partial, ignore_errors=True)
    command: list[str | Path] = [
        _uv(root),
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        f"--python-platform={PLATFORM}",
        f"--python-version={PYTHON}",
        f"--target={partial}",
        *wanted,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BundleError(
            f"the wheels cannot be fetched:\n{done.stderr[-2000:]}",
            where="PyPI",
            hint="Look at the network; what was fetched once is kept in .build/wheels.",
        )
    partial.replace(folder)
    return folder


def _uv(root: Path) -> Path:
    """The uv of the set-up, or one on the PATH."""
    own = sorted((root / ".build").glob("uv-*/bin/uv"))
    found = own[-1] if own else shutil.which("uv")
    if found is None:
        raise BundleError("uv is not there.", where=str(root / ".build"), hint="Run `make setup`.")
    return Path(found)
