"""Archives with packages from PyPI: for a Lambda function, beside its sources, and for streaming jobs.

Wheels are built for the function's platform and pinned as in requirements.txt. uv downloads them once per
set of pins into `.build/wheels`, so that nothing is fetched from an index when a job or function starts. The
local cloud runs both in the project's virtual environment, which has the packages: its archives hold sources
of ours only.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
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
"""The run-time dependencies of astrapy and Powertools. IPython is left out: astrapy requires its 86 MB but
imports it only in a notebook. The Lambda runtime has boto3 and jmespath, the layer has pyarrow."""

MYSQL_CLIENT = ("pymysql",)
"""The client with which jobs load the relational copy: pure Python, no dependency."""

OFFICE_HOURS = ("tzdata",)
"""The time zones, which the Lambda runtime may lack."""

CLIENT_ARCHIVE = "mysql_client.zip"
JOB_ARCHIVE = "packages.zip"
JOB_SUFFIXES = frozenset({".py", ".pem", ".dat"})
NOT_FOR_JOBS = ("aws_lambda_powertools", "bin/")
"""Prefixes left out of the jobs' archive: a package of functions alone, and programs."""

PLATFORM = "x86_64-manylinux_2_28"
PYTHON = "3.13"


class BundleError(CaudalError):
    """The dependencies of a function cannot be bundled."""


def build_function(
    target: Path,
    *,
    root: Path,
    function: str,
    with_dependencies: bool = False,
    packages: Sequence[str] = PACKAGES,
    needed: Sequence[str] = NEEDED,
) -> Path:
    """Write `<function>.zip` into `target` and return its path.

    The archive holds the function's modules (`handler.py` among them) at its top, `packages` and, on request,
    the wheels of `needed`. Equal inputs give equal bytes. Raises BundleError if they cannot be downloaded.
    """
    own = root / "lambdas" / function
    files = {path.name: path for path in own.glob("*.py")} | package_files(root, packages)
    if with_dependencies:
        wheels = installed_wheels(root, needed)
        files |= {path.relative_to(wheels).as_posix(): path for path in _all_files(wheels)}
    return write_archive(target / f"{function}.zip", files)


def build_job_packages(target: Path, *, root: Path) -> Path:
    """Write the archive of the packages that streaming jobs import into `target` and return its path.

    It holds Python sources and their data only: Python imports no compiled module from an archive, and the
    packages work without theirs. Equal inputs give equal bytes. Raises BundleError if the wheels cannot be
    downloaded.
    """
    wheels = installed_wheels(root)
    files = {path.relative_to(wheels).as_posix(): path for path in _all_files(wheels)}
    return write_archive(
        target / JOB_ARCHIVE,
        {
            name: path
            for name, path in files.items()
            if (path.suffix in JOB_SUFFIXES or path.name == "METADATA") and not name.startswith(NOT_FOR_JOBS)
        },
    )


def build_client(target: Path, *, root: Path) -> Path:
    """Write the archive of the MySQL client into `target` and return its path.

    Equal inputs give equal bytes. Raises BundleError if the wheel cannot be downloaded.
    """
    wheels = installed_wheels(root, MYSQL_CLIENT)
    files = {path.relative_to(wheels).as_posix(): path for path in _all_files(wheels)}
    return write_archive(
        target / CLIENT_ARCHIVE,
        {name: path for name, path in files.items() if path.suffix == ".py" or path.name == "METADATA"},
    )


def _all_files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]


def pins(root: Path, needed: Sequence[str] = NEEDED) -> list[str]:
    """Return `name==version` of each package in `needed`, from requirements.txt.

    Raises BundleError if a package has no pin.
    """
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned = {
        re.sub(r"[_.-]+", "-", name).lower(): version
        for name, version in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", text, re.MULTILINE)
    }
    missing = [name for name in needed if name not in pinned]
    if missing:
        raise BundleError(
            f"no version is pinned for {', '.join(missing)}.",
            where="requirements.txt",
            hint="Compile the file again (make requirements), or correct NEEDED in infra/jobs/bundle.py.",
        )
    return [f"{name}=={pinned[name]}" for name in needed]


def installed_wheels(root: Path, needed: Sequence[str] = NEEDED) -> Path:
    """Return the folder with the unpacked wheels of `pins`, downloading them if it does not exist.

    Raises BundleError if uv is missing or the download fails.
    """
    wanted = pins(root, needed)
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
            f"uv cannot download the wheels:\n{done.stderr[-2000:]}",
            where="PyPI",
            hint="Check the network connection and run the command again. "
            "Downloaded wheels are kept in .build/wheels.",
        )
    partial.replace(folder)
    return folder


def _uv(root: Path) -> Path:
    """Return the uv that the set-up installed, or the one on the PATH."""
    own = sorted((root / ".build").glob("uv-*/bin/uv"))
    found = own[-1] if own else shutil.which("uv")
    if found is None:
        raise BundleError("uv is not installed.", where=str(root / ".build"), hint="Run `make setup`.")
    return Path(found)
