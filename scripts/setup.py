"""Sets everything up on a machine that has only Python 3.11+, make and git: `make setup`.

Standard library only, since nothing is there yet. Three steps, each skipped when it is done:

1. uv, which installs packages, from PyPI into `.build/uv`;
2. the packages of requirements.txt (Node among them) into `.venv`;
3. a Java runtime that Spark can use: found, or installed with apt where that is possible.

A stamp with the hash of what was asked for makes the next call start at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
JAVA_VERSIONS = (17, 21)
JAVA_PACKAGES = tuple(f"openjdk-{version}-jre-headless" for version in JAVA_VERSIONS)
JAVA_MODULE = "jdk.incubator.vector"
"""Spark starts no JVM that lacks it; some slimmed-down runtimes do."""

Commands = list[list[str | Path]]


class SetupError(Exception):
    """Something that only the person at the machine can change."""


def main() -> int:
    """Set up; 0 if all is there, 1 with one line that says what to do."""
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever calls may have chosen any Python)
        print(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.", file=sys.stderr
        )
        return 1
    began = time.monotonic()
    try:
        if not set_up(ROOT):
            return 0
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    print(f"set-up: done in {time.monotonic() - began:.0f} s")
    return 0


def set_up(root: Path) -> bool:
    """Do what is missing below `root`; False if nothing was. Raises SetupError."""
    stamp, asked = root / ".venv" / ".set-up", fingerprint(root)
    java = known_java(root)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == asked and java:
        return False
    with step("Python packages from requirements.txt"):
        install_packages(root, uv(root))
    with step("a Java runtime"):
        remember_java(root, java or find_java(java_candidates(os.environ)) or install_java())
    stamp.write_text(asked, encoding="utf-8")
    return True


def fingerprint(root: Path) -> str:
    """What the environment is made from: the pinned packages and this file."""
    digest = hashlib.sha256()
    for file in (root / "requirements.txt", Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    print(f"set-up: {title} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" {time.monotonic() - began:.0f} s", flush=True)


def run(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> str:
    """Output of a command that must succeed; its last lines explain a SetupError if it does not."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, **(extra or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be run: {error}") from error
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-8:])
        raise SetupError(f"`{' '.join(str(part) for part in command)}` failed:\n{tail}")
    return done.stdout


def first_that_works(attempts: Iterable[Commands]) -> None:
    """Try command sequences in turn; raises a SetupError that tells of each if none succeeds."""
    troubles: list[str] = []
    for commands in attempts:
        try:
            for command in commands:
                run(command)
        except SetupError as error:
            troubles.append(str(error))
        else:
            return
    if troubles:
        raise SetupError("\n".join(troubles))


# --- Python packages


def uv(root: Path) -> Path:
    """The uv program, installed below `.build` if it is not there yet."""
    home = root / ".build" / UV.replace("==", "-")
    program = home / "bin" / "uv"
    if program.is_file():
        return program
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    pip: list[str | Path] = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    in_venv: Commands = [[sys.executable, "-m", "venv", home], [home / "bin" / "python", *pip, UV]]
    # Debian splits venv off; a target folder needs nothing but pip.
    in_folder: Commands = [[sys.executable, *pip, "--target", home, UV]]
    with_apt: list[Commands] = []
    if can_apt():
        with_apt.append([apt_install(), apt_install("python3-venv"), *in_venv])
    try:
        first_that_works([in_venv, in_folder, *with_apt])
    except SetupError as error:
        raise SetupError(
            f"{error}\nuv could not be installed; is python3-venv there, and PyPI reachable?"
        ) from error
    return program


def install_packages(root: Path, program: Path) -> None:
    """Make `.venv` hold exactly the pinned packages."""
    venv = root / ".venv"
    if not (venv / "bin" / "python").exists():
        run([program, "venv", "--quiet", "--clear", "--python", sys.executable, venv])
    command: list[str | Path] = [
        program,
        "pip",
        "sync",
        "--quiet",
        "--compile-bytecode",
        root / "requirements.txt",
    ]
    here = {"VIRTUAL_ENV": str(venv), "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "hardlink")}
    if index := os.environ.get("PIP_INDEX_URL"):
        here.setdefault("UV_DEFAULT_INDEX", index)
    try:
        # A company's certificates are in the system's store; a bare container may have no store.
        run(command, {**here, "UV_SYSTEM_CERTS": "true"})
    except SetupError:
        run(command, here)


# --- Java


def java_candidates(environment: Mapping[str, str]) -> list[Path]:
    """Homes of Java runtimes: JAVA_HOME, the `java` on the PATH, and where systems keep them."""
    homes = [Path(environment["JAVA_HOME"])] if environment.get("JAVA_HOME") else []
    if found := shutil.which("java", path=environment.get("PATH", "")):
        homes.append(Path(found).resolve().parent.parent)
    for folder, pattern in (
        ("/usr/lib/jvm", "*"),
        ("/Library/Java/JavaVirtualMachines", "*/Contents/Home"),
        ("/opt/homebrew/opt", "openjdk*/libexec/openjdk.jdk/Contents/Home"),
    ):
        homes.extend(sorted(Path(folder).glob(pattern)))
    return homes


def find_java(homes: Iterable[Path]) -> Path | None:
    """The first home whose runtime Spark can use."""
    return next((home for home in homes if fits(home)), None)


def fits(home: Path) -> bool:
    """Whether the runtime is of a tested version and complete enough for Spark."""
    program = home / "bin" / "java"
    if not program.is_file():
        return False
    try:
        version = re.search(r'version "(\d+)', run([program, "-version"]))
        return bool(version and int(version[1]) in JAVA_VERSIONS) and JAVA_MODULE in run(
            [program, "--list-modules"]
        )
    except SetupError:
        return False


def install_java() -> Path:
    """Install a runtime with apt; raises SetupError, in one line, where that is not possible."""
    wanted = f"Java {' or '.join(str(version) for version in JAVA_VERSIONS)}"
    missing = (
        f"no {wanted} runtime was found: install one (Debian, Ubuntu: {JAVA_PACKAGES[0]}) or set JAVA_HOME."
    )
    if not can_apt():
        raise SetupError(missing)
    try:
        first_that_works([apt_install(), apt_install(package)] for package in JAVA_PACKAGES)
    except SetupError as error:
        raise SetupError(f"{error}\n{missing}") from error
    if home := find_java(java_candidates(os.environ)):
        return home
    raise SetupError(missing)


def _conf(root: Path) -> Path | None:
    return next(iter(sorted((root / ".venv" / "lib").glob("python3*/site-packages/pyspark"))), None)


def remember_java(root: Path, home: Path) -> None:
    """Tell Spark its runtime, so that whoever starts it from `.venv` needs no JAVA_HOME."""
    spark = _conf(root)
    if spark is None:
        raise SetupError("pyspark is not among the packages of requirements.txt.")
    file = spark / "conf" / "spark-env.sh"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"export JAVA_HOME='{home}'\n", encoding="utf-8")


def known_java(root: Path) -> Path | None:
    """The runtime that was remembered, if it is still there."""
    spark = _conf(root)
    file = spark / "conf" / "spark-env.sh" if spark else None
    if not file or not file.is_file():
        return None
    home = Path(file.read_text(encoding="utf-8").split("'")[1])
    return home if (home / "bin" / "java").is_file() else None


# --- apt


def can_apt() -> bool:
    """Whether apt is there and may be used without a password."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        return True
    return bool(shutil.which("sudo")) and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0


def apt_install(*packages: str) -> list[str | Path]:
    """The command that installs packages, or updates the lists if none is given."""
    as_root: list[str | Path] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    what = ["install", "-y", "--no-install-recommends", *packages] if packages else ["update"]
    return [*as_root, *quiet, *what]


if __name__ == "__main__":
    sys.exit(main())
