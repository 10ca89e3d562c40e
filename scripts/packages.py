"""The Python packages of requirements.txt, and uv, which installs them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from scripts.apt import apt_install, by_hand, can_apt
from scripts.steps import Commands, SetupError, first_that_works, run

UV = "uv==0.13.9"

STORED = "pyspark:--build-option=--compression=stored"
"""PyPI has Spark as sources alone; compressing its 500 MB of archives takes most of the time of a build."""


def uv(root: Path) -> Path:
    """Return the uv program, installed below `.build` if it is missing."""
    home = root / ".build" / UV.replace("==", "-")
    program = home / "bin" / "uv"
    if program.is_file():
        return program
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    pip: list[str | Path] = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    # A target folder needs pip alone, which Debian ships as a package of its own, as it does venv.
    in_folder: Commands = [[sys.executable, *pip, "--target", home, UV]]
    in_venv: Commands = [[sys.executable, "-m", "venv", home], [home / "bin" / "python", *pip, UV]]
    with_apt: list[Commands] = []
    if can_apt():
        with_apt.append([apt_install(), apt_install("python3-venv"), *in_venv])
    try:
        first_that_works([in_folder, in_venv, *with_apt])
    except SetupError as error:
        raise SetupError(
            f"{error}\nuv could not be installed; is python3-venv there{by_hand('python3-venv')}, "
            "and PyPI reachable?"
        ) from error
    return program


def install_packages(root: Path, program: Path) -> None:
    """Create `.venv` if it is missing, and make it hold exactly the pinned packages."""
    venv = root / ".venv"
    if not (venv / "bin" / "python").exists():
        run([program, "venv", "--quiet", "--clear", "--python", sys.executable, venv])
    plain: list[str | Path] = [program, "pip", "sync", "--quiet", root / "requirements.txt"]
    stored: list[str | Path] = [*plain, "--config-settings-package", STORED]
    here = {"VIRTUAL_ENV": str(venv), "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "hardlink")}
    if index := os.environ.get("PIP_INDEX_URL"):
        here.setdefault("UV_DEFAULT_INDEX", index)
    # A company's certificates are in the system's store; a bare container may have no store.
    for attempt in (stored, plain):
        for certificates in ({"UV_SYSTEM_CERTS": "true"}, {}):
            try:
                run(attempt, {**here, **certificates})
                return
            except SetupError as error:
                failure = error
        if not re.search(r"pyspark|--config-settings|--build-option|--compression", failure.output):
            break
    raise failure
