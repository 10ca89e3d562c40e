"""Set up the project on a machine that has only Python 3.11+, make and git: `make setup`.

Standard library only, since no package is installed yet. Six steps, the first three beside the next two:

1. Install uv, which installs packages, from PyPI into `.build/uv`.
2. Install the packages of requirements.txt (Node among them) into `.venv`, and compile the modules that the
   product imports.
3. Write the command `.venv/bin/caudal`.
4. Find a Java runtime that Spark can use. If there is none, root installs one system-wide with apt; any other
   user is asked to, with the command. The set-up never calls sudo.
5. Get MariaDB, the server of the local relational copy: see `scripts/mariadb.py`.
6. Make the archive of Java's classes, with which Spark starts sooner: see `localcloud/java`.

A stamp holds the hash of the inputs: when nothing changed, the next call returns at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from localcloud.errors import LocalCloudError  # noqa: E402
from localcloud.java import archive, home, making  # noqa: E402
from scripts import apt, command, compiled, mariadb, packages, steps  # noqa: E402  (this file is run as a program)
from scripts.apt import apt_install, by_hand, can_apt  # noqa: E402
from scripts.packages import install_packages, uv  # noqa: E402
from scripts.steps import SetupError, first_that_works, run, step  # noqa: E402

JAVA_VERSIONS = (17, 21)
JAVA_PACKAGES = tuple(f"openjdk-{version}-jre-headless" for version in JAVA_VERSIONS)
JAVA_MODULE = "jdk.incubator.vector"
"""Spark starts no JVM that lacks it; some slimmed-down runtimes do."""


def main(arguments: Sequence[str] = ()) -> int:
    """Set up the project, with `--without-java` only what templates need. Return 0, or 1 after a remedy."""
    if sys.version_info < (3, 11):  # noqa: UP036  (the caller may run any Python)
        print(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.", file=sys.stderr
        )
        return 1
    began = time.monotonic()
    try:
        if not set_up(ROOT, with_java="--without-java" not in arguments):
            return 0
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    print(f"set-up: done in {time.monotonic() - began:.0f} s")
    return 0


def set_up(root: Path, *, with_java: bool = True) -> bool:
    """Install the missing parts below `root`. Return False if none was missing. Raises SetupError."""
    stamp, inputs = root / ".venv" / ".set-up", fingerprint(root)
    java = configured_java(root)
    has_packages = stamp.is_file() and stamp.read_text(encoding="utf-8") == inputs
    if has_packages and (not with_java or (java and archive_of(root, java).is_decided())):
        return False
    # It may call apt, which runs once at a time.
    installer = None if has_packages else uv(root)
    with ThreadPoolExecutor(2) as pool:
        # apt and the packages wait for the network at the same time.
        system = pool.submit(system_parts, root, java) if with_java else None
        try:
            if installer:
                with step("Python packages from requirements.txt"):
                    install_packages(root, installer)
                command.write_command(root)
        except SetupError as error:
            # One remedy at a time would need as many calls.
            beside = system.exception() if system else None
            raise (SetupError(f"{error}\n{beside}") if beside else error) from beside
        # Also if the packages are there: what was set up for templates alone lacks the pipeline's modules.
        compiling = pool.submit(compile_modules, root, with_pipeline=with_java)
        if system:
            runtime = system.result()
            configure_java(root, runtime)
            make_archive(archive_of(root, runtime))
        compiling.result()
    stamp.write_text(inputs, encoding="utf-8")
    return True


def compile_modules(root: Path, *, with_pipeline: bool) -> None:
    """Compile the modules that the product imports; a failure ends nothing, since Python does it later."""
    try:
        with step("modules of Python, compiled"):
            compiled.compile_modules(root, run, with_pipeline=with_pipeline)
    except SetupError as error:
        reason = str(error).splitlines()[-1]
        print(f"set-up: modules that are not compiled make the first runs slower: {reason}", flush=True)


def archive_of(root: Path, java: Path) -> archive.Archive:
    """Return the archive of classes for the packages in `root` and the Java at `java`, made or not."""
    spark = _conf(root) or root
    return archive.Archive(java.resolve(), spark.resolve(), root / ".build" / "java-classes")


def make_archive(wanted: archive.Archive) -> None:
    """Make the archive with which Spark starts in half of the time; a failure ends nothing."""
    if wanted.is_decided():
        return
    try:
        with step("archive of Java's classes"):
            making.make(wanted)
    except (LocalCloudError, OSError) as error:
        print(f"set-up: Spark starts slower: {error}", flush=True)


def system_parts(root: Path, java: Path | None) -> Path:
    """Return the Java runtime, installed if it is missing; get MariaDB, too. Raises SetupError."""
    home = java or find_java(java_candidates(os.environ)) or install_java()
    mariadb.add_mariadb(root)
    return home


def fingerprint(root: Path) -> str:
    """Return the hash of the inputs: the pinned packages, this file, and the modules that it uses."""
    digest = hashlib.sha256()
    modules = (apt, command, compiled, mariadb, packages, steps)
    sources = [Path(file) for file in (__file__, *(module.__file__ for module in modules)) if file]
    for file in (root / "requirements.txt", *sources):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def java_candidates(environment: Mapping[str, str]) -> list[Path]:
    """Return the homes of Java runtimes: JAVA_HOME, the `java` on the PATH, the systems' usual folders."""
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
    """Return the first home whose runtime Spark can use."""
    return next((home for home in homes if fits(home)), None)


def fits(home: Path) -> bool:
    """Return whether the runtime has a tested version and the modules that Spark needs."""
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
    """Install a runtime system-wide with apt, as root. Raises SetupError, in one line, for any other user."""
    wanted = f"Java {' or '.join(str(version) for version in JAVA_VERSIONS)}"
    missing = f"no {wanted} runtime was found: install one{by_hand(*JAVA_PACKAGES)} or set JAVA_HOME."
    if not can_apt():
        raise SetupError(missing)
    with step(f"{wanted}, system-wide with apt"):
        try:
            first_that_works([apt_install(), apt_install(package)] for package in JAVA_PACKAGES)
        except SetupError as error:
            raise SetupError(f"{error}\n{missing}") from error
        if home := find_java(java_candidates(os.environ)):
            return home
        raise SetupError(missing)


def _conf(root: Path) -> Path | None:
    return next(iter(sorted((root / ".venv" / "lib").glob("python3*/site-packages/pyspark"))), None)


def configure_java(root: Path, home: Path) -> None:
    """Write the runtime to Spark's configuration, so that no process needs JAVA_HOME."""
    spark = _conf(root)
    if spark is None:
        raise SetupError("pyspark is not among the packages of requirements.txt.")
    file = spark / "conf" / "spark-env.sh"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"export JAVA_HOME='{home}'\n", encoding="utf-8")


def configured_java(root: Path) -> Path | None:
    """Return the runtime in Spark's configuration, None if it is missing or gone."""
    spark = _conf(root)
    return home.configured_java(spark) if spark else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
