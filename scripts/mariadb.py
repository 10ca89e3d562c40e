"""Get the server of the local relational copy: MariaDB, which has no package on PyPI.

Root installs Debian's packages. Any other user gets them unpacked below `.build`: no system folder changes.
A machine without them misses the relational copy only, so that no failure here ends the set-up.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("mariadb-server-core", "mariadb-client-core")
PROGRAMS = ("mariadbd", "mariadb-install-db")
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
FOLDER = Path(".build", "mariadb")
"""Where the packages are unpacked, relative to the project."""


class MariaDBError(Exception):
    """There is no server, and none could be had; the message is one line."""


def add_mariadb(root: Path) -> None:
    """Get the server; say in one line what was done, or that the relational copy is switched off here."""
    try:
        done = get_mariadb(root)
    except MariaDBError as error:
        print(f"set-up: the relational copy is switched off here: {error}.")
        return
    if done:
        print(f"set-up: MariaDB, for the relational copy: {done}")


def get_mariadb(root: Path) -> str:
    """Install or unpack MariaDB unless it is there; return what was done, "" for nothing.

    Raises MariaDBError.
    """
    if is_there(root):
        return ""
    if not shutil.which("apt-get"):
        raise MariaDBError("there is no apt-get; install MariaDB's server so that mariadbd is on the PATH")
    if os.geteuid() == 0:
        _install()
        return "installed system-wide with apt"
    _unpack(root / FOLDER)
    return f"unpacked into {FOLDER}"


def is_there(root: Path) -> bool:
    """Return whether the server is on the PATH, or unpacked below `root`."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS])
    return all(shutil.which(name, path=path) for name in PROGRAMS) or (root / FOLDER).is_dir()


def _install() -> None:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    _run([*quiet, "update"])
    _run([*quiet, "install", "-y", "--no-install-recommends", *PACKAGES])


def _unpack(target: Path) -> None:
    """Download the packages and the libraries that this machine lacks, and unpack them into `target`."""
    partial = target.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    downloads, unpacked = partial / "packages", partial / "root"
    downloads.mkdir(parents=True)
    unpacked.mkdir()
    # One line for each package that an installation would fetch: 'address' file size hash.
    plan = _run(["apt-get", "-qq", "--print-uris", "install", "-y", "--no-install-recommends", *PACKAGES])
    names = sorted({line.split()[1].partition("_")[0] for line in plan.splitlines() if line.startswith("'")})
    _run(["apt-get", "-qq", "download", *(names or PACKAGES)], cwd=downloads)
    for package in sorted(downloads.glob("*.deb")):
        _run(["dpkg", "-x", str(package), str(unpacked)])
    unpacked.replace(target)
    shutil.rmtree(partial, ignore_errors=True)


def _run(command: list[str], cwd: Path | None = None) -> str:
    """Return the output of a command. Raises MariaDBError with its last line if it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise MariaDBError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise MariaDBError(f"`{' '.join(command)}` failed: {' '.join(last)}")
    return done.stdout
