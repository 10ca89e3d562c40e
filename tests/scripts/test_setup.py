"""Set-up: it finds Java, installs packages once, writes the command, and reports failures."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Barrier

import pytest

from scripts import compiled, mariadb, setup

JAVA_17 = "openjdk-17-jre-headless"


def java(home: Path, version: str, modules: str = setup.JAVA_MODULE) -> Path:
    """Write a fake runtime that answers like Java."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\ncase "$1" in\n-version) echo \'openjdk version "{version}" 2025-01-01\' >&2;;\n'
        f"--list-modules) echo {modules}@17;;\nesac\n"
    )
    program.chmod(0o755)
    return home


@pytest.mark.parametrize(
    ("version", "modules", "usable"),
    [
        ("17.0.15", setup.JAVA_MODULE, True),
        ("21.0.2", setup.JAVA_MODULE, True),
        ("25.0.3", setup.JAVA_MODULE, False),
        ("1.8.0_402", setup.JAVA_MODULE, False),
        ("17.0.15", "java.base", False),
    ],
)
def test_only_complete_runtimes_of_tested_versions_fit(
    tmp_path: Path, version: str, modules: str, usable: bool
) -> None:
    assert setup.fits(java(tmp_path, version, modules)) is usable


def test_first_fitting_java_is_used(tmp_path: Path) -> None:
    homes = [
        tmp_path / "nothing",
        java(tmp_path / "new", "25"),
        java(tmp_path / "a", "21.0.1"),
        java(tmp_path / "b", "17"),
    ]
    assert setup.find_java(homes) == tmp_path / "a"
    assert setup.find_java(homes[:2]) is None


def test_java_home_precedes_the_path(tmp_path: Path) -> None:
    on_path = java(tmp_path / "b", "17")
    homes = setup.java_candidates({"JAVA_HOME": str(tmp_path / "a"), "PATH": str(on_path / "bin")})
    assert homes[:2] == [tmp_path / "a", on_path.resolve()]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put apt-get, env and sudo on an otherwise empty path; their calls are lines of the returned file."""
    folder, called = tmp_path / "commands", tmp_path / "called"
    folder.mkdir()
    called.touch()
    for name in ("apt-get", "env", "sudo"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> {called}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return called


def test_root_installs_java_system_wide(
    commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(setup, "java_candidates", lambda _: [java(tmp_path / "jvm", "17")])
    assert setup.install_java() == tmp_path / "jvm"
    assert commands.read_text().splitlines() == [
        "env DEBIAN_FRONTEND=noninteractive apt-get -qq update",
        f"env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends {JAVA_17}",
    ]
    assert "Java 17 or 21, system-wide with apt" in capsys.readouterr().out


def test_other_users_are_asked_for_java_with_the_command(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called: not even a sudo that would need no password."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(setup.SetupError) as raised:
        setup.install_java()
    assert str(raised.value) == (
        "no Java 17 or 21 runtime was found: install one (`sudo apt-get update && sudo apt-get install -y "
        "openjdk-17-jre-headless`, or openjdk-21-jre-headless) or set JAVA_HOME."
    )
    assert commands.read_text() == ""


def test_without_apt_java_is_asked_for_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupError) as raised:
        setup.install_java()
    assert str(raised.value) == "no Java 17 or 21 runtime was found: install one or set JAVA_HOME."


def test_missing_venv_is_asked_for_with_the_command(
    commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(setup.SetupError, match="sudo apt-get install -y python3-venv`"):
        setup.uv(tmp_path)
    assert commands.read_text() == ""


def checkout(root: Path) -> Path:
    """Make a folder that looks as if the packages were installed."""
    (root / "requirements.txt").write_text("pyspark==4.1.1\n")
    (root / ".venv" / "lib" / "python3.11" / "site-packages" / "pyspark").mkdir(parents=True)
    return root


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Record the roots where packages would be installed; nothing is installed."""
    done: list[Path] = []
    monkeypatch.setattr(setup, "uv", lambda root: root / "uv")
    monkeypatch.setattr(setup, "install_packages", lambda root, program: done.append(root))
    monkeypatch.setattr(compiled, "compile_modules", lambda root, run, with_pipeline: None)
    monkeypatch.setattr(mariadb, "add_mariadb", lambda root: None)
    return done


def test_spark_is_configured_with_its_java(tmp_path: Path) -> None:
    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    assert setup.configured_java(root) is None
    setup.configure_java(root, home)
    assert setup.configured_java(root) == home
    (home / "bin" / "java").unlink()
    assert setup.configured_java(root) is None


def test_second_call_installs_nothing(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    assert setup.set_up(root) is True
    assert setup.set_up(root) is False
    assert len(installs) == 1


def test_templates_need_no_java(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def install_java() -> Path:
        raise setup.SetupError("Java may not be installed here")

    root = checkout(tmp_path)
    monkeypatch.setattr(setup, "install_java", install_java)
    monkeypatch.setattr(setup, "find_java", lambda homes: None)
    assert setup.set_up(root, with_java=False) is True
    assert setup.set_up(root, with_java=False) is False
    with pytest.raises(setup.SetupError, match="Java may not be installed here"):
        setup.set_up(root)
    assert len(installs) == 1


def test_java_follows_when_spark_is_needed(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert setup.set_up(root, with_java=False) is True
    assert setup.configured_java(root) is None
    assert setup.set_up(root) is True
    assert setup.configured_java(root) == home
    assert len(installs) == 1


def test_system_and_packages_are_set_up_beside_each_other(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits until the other one has begun."""
    both = Barrier(2, timeout=20)
    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    monkeypatch.setattr(setup, "find_java", lambda homes: both.wait() >= 0 and home)
    monkeypatch.setattr(setup, "install_packages", lambda root, program: both.wait())
    assert setup.set_up(root) is True
    assert setup.configured_java(root) == home


def test_a_failure_beside_the_packages_ends_the_set_up(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(root: Path) -> None:
        raise setup.SetupError("no more disk")

    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(mariadb, "add_mariadb", fail)
    with pytest.raises(setup.SetupError, match="no more disk"):
        setup.set_up(root)
    assert not (root / ".venv" / ".set-up").exists()


@pytest.mark.parametrize("beside", ["", "no more disk"])
def test_failures_of_the_packages_and_beside_them_are_both_reported(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    def fail_packages(root: Path, program: Path) -> None:
        raise setup.SetupError("no such package")

    def fail_system(root: Path) -> None:
        if beside:
            raise setup.SetupError(beside)

    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(setup, "install_packages", fail_packages)
    monkeypatch.setattr(mariadb, "add_mariadb", fail_system)
    with pytest.raises(setup.SetupError) as raised:
        setup.set_up(checkout(tmp_path))
    assert str(raised.value).splitlines() == ["no such package", *([beside] if beside else [])]


def syncs(root: Path, monkeypatch: pytest.MonkeyPatch, *outputs: str) -> list[tuple[bool, bool]]:
    """Install packages where the first runs of uv fail with `outputs`.

    Return for each run whether Spark is built without compression, and with the system's certificates.
    """
    ran: list[tuple[bool, bool]] = []
    left = iter(outputs)

    def run(command: list[str | Path], extra: Mapping[str, str] | None = None) -> str:
        if command[1:3] == ["pip", "sync"]:
            stored = command[-2:] == [
                "--config-settings-package",
                "pyspark:--build-option=--compression=stored",
            ]
            ran.append((stored, "UV_SYSTEM_CERTS" in (extra or {})))
            if output := next(left, ""):
                raise setup.SetupError(f"`{' '.join(map(str, command))}` failed", output)
        return ""

    monkeypatch.setattr(setup, "run", run)
    with contextlib.suppress(setup.SetupError):
        setup.install_packages(checkout(root), Path("uv"))
    return ran


@pytest.mark.parametrize("failures", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(
    "output",
    [
        "× Failed to build `pyspark==4.1.1`\n[stderr]\nno luck",
        "error: option --compression not recognized",
        "error: unexpected argument '--config-settings-package' found",
    ],
)
def test_spark_is_built_without_compression_where_its_build_knows_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, output: str
) -> None:
    """Each time first with the system's certificates."""
    ran = syncs(tmp_path, monkeypatch, *[output] * failures)
    assert ran == [(True, True), (True, False), (False, True), (False, False)][: failures + 1]


def test_a_failure_that_is_not_of_the_build_of_spark_is_not_repeated_with_compression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command, which names pyspark, is no part of the output."""
    ran = syncs(tmp_path, monkeypatch, *["no space left on device"] * 4)
    assert ran == [(True, True), (True, False)]


def test_packages_that_cannot_be_installed_end_the_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str | Path], extra: Mapping[str, str] | None = None) -> str:
        if command[1:3] == ["pip", "sync"]:
            raise setup.SetupError("no such package")
        return ""

    monkeypatch.setattr(setup, "run", run)
    with pytest.raises(setup.SetupError, match="no such package"):
        setup.install_packages(checkout(tmp_path), Path("uv"))


def test_changed_requirements_are_installed(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    setup.set_up(root)
    (root / "requirements.txt").write_text("pyspark==4.1.2\n")
    assert setup.set_up(root) is True
    assert len(installs) == 2


def test_failed_command_reports_its_last_lines() -> None:
    with pytest.raises(setup.SetupError, match="no such luck") as raised:
        setup.run(["sh", "-c", "seq 20; echo no such luck; exit 3"])
    assert "\n12\n" not in str(raised.value)
    assert raised.value.output.splitlines() == [*map(str, range(1, 21)), "no such luck"]


def test_attempts_stop_at_the_first_success(tmp_path: Path) -> None:
    setup.first_that_works([[["false"], ["touch", tmp_path / "a"]], [["touch", tmp_path / "b"]], [["false"]]])
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_every_failed_attempt_is_reported() -> None:
    with pytest.raises(setup.SetupError, match=r"(?s)no network.*no such package"):
        setup.first_that_works(
            [[["sh", "-c", "echo no network; exit 1"]], [["sh", "-c", "echo no such package; exit 1"]]]
        )


def test_sources_are_not_installed_in_the_environment() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", "import lake"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "No module named 'lake'" in done.stderr
