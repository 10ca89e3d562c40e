"""Set-up: it finds Java, installs packages once, writes the command, and reports failures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Barrier
from types import ModuleType

import pytest

from localcloud.errors import LocalCloudError
from localcloud.java import making
from localcloud.java.archive import Archive
from scripts import apt, compiled, mariadb, packages, setup, steps
from scripts.steps import SetupError
from tests.scripts.checkouts import checkout, java

JAVA_17 = "openjdk-17-jre-headless"


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
    with pytest.raises(SetupError) as raised:
        setup.install_java()
    assert str(raised.value) == (
        "no Java 17 or 21 runtime was found: install one (`sudo apt-get update && sudo apt-get install -y "
        "openjdk-17-jre-headless`, or openjdk-21-jre-headless) or set JAVA_HOME."
    )
    assert commands.read_text() == ""


def test_without_apt_java_is_asked_for_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError) as raised:
        setup.install_java()
    assert str(raised.value) == "no Java 17 or 21 runtime was found: install one or set JAVA_HOME."


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Record the roots where packages would be installed; nothing is installed."""
    done: list[Path] = []
    monkeypatch.setattr(setup, "uv", lambda root: root / "uv")
    monkeypatch.setattr(setup, "install_packages", lambda root, program: done.append(root))
    monkeypatch.setattr(compiled, "compile_modules", lambda root, run, with_pipeline: None)
    monkeypatch.setattr(mariadb, "add_mariadb", lambda root: None)
    monkeypatch.setattr(making, "make", write_archive)
    return done


def write_archive(archive: Archive) -> None:
    archive.folder.mkdir(parents=True, exist_ok=True)
    archive.file.write_bytes(b"classes")
    archive.record.write_text('{"bytes": 7, "crc32": 49118917}')


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
        raise SetupError("Java may not be installed here")

    root = checkout(tmp_path)
    monkeypatch.setattr(setup, "install_java", install_java)
    monkeypatch.setattr(setup, "find_java", lambda homes: None)
    assert setup.set_up(root, with_java=False) is True
    assert setup.set_up(root, with_java=False) is False
    with pytest.raises(SetupError, match="Java may not be installed here"):
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
        raise SetupError("no more disk")

    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(mariadb, "add_mariadb", fail)
    with pytest.raises(SetupError, match="no more disk"):
        setup.set_up(root)
    assert not (root / ".venv" / ".set-up").exists()


@pytest.mark.parametrize("beside", ["", "no more disk"])
def test_failures_of_the_packages_and_beside_them_are_both_reported(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    def fail_packages(root: Path, program: Path) -> None:
        raise SetupError("no such package")

    def fail_system(root: Path) -> None:
        if beside:
            raise SetupError(beside)

    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(setup, "install_packages", fail_packages)
    monkeypatch.setattr(mariadb, "add_mariadb", fail_system)
    with pytest.raises(SetupError) as raised:
        setup.set_up(checkout(tmp_path))
    assert str(raised.value).splitlines() == ["no such package", *([beside] if beside else [])]


def test_modules_that_cannot_be_compiled_do_not_end_the_set_up(
    tmp_path: Path,
    installs: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, with_pipeline: bool) -> None:
        raise SetupError("`python -c …` failed:\nTraceback:\nNo space left on device")

    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setattr(compiled, "compile_modules", fail)
    assert setup.set_up(root) is True
    assert setup.set_up(root) is False
    assert setup.configured_java(root) == home
    # The archive of classes is made at the same time.
    said = [line for line in capsys.readouterr().out.splitlines() if "archive of" not in line]
    assert said[-1] == (
        "set-up: modules that are not compiled make the first runs slower: No space left on device"
    )


def test_missing_or_damaged_archive_of_classes_is_made_by_the_next_set_up(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    monkeypatch.setenv("JAVA_HOME", str(home))
    setup.set_up(root, with_java=False)
    archive = setup.archive_of(root, home)
    assert archive.folder == root / ".build" / "java-classes"
    assert not archive.file.exists()
    assert [setup.set_up(root), setup.set_up(root)] == [True, False]
    for damage in (archive.file.unlink, lambda: archive.file.write_bytes(b"classez")):
        damage()
        assert [setup.set_up(root), setup.set_up(root)] == [True, False]
        assert archive.file.read_bytes() == b"classes"
    assert len(installs) == 1


@pytest.mark.parametrize("error", [LocalCloudError("Java ended with 1."), OSError("No space left.")])
def test_archive_of_classes_that_cannot_be_made_does_not_end_the_set_up(
    tmp_path: Path,
    installs: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    def fail(archive: Archive) -> None:
        raise error

    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(making, "make", fail)
    assert setup.set_up(root) is True
    assert capsys.readouterr().out.splitlines()[-1] == f"set-up: Spark starts slower: {error}"


def test_modules_of_the_pipeline_are_compiled_after_a_set_up_for_templates(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[bool] = []
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    monkeypatch.setattr(compiled, "compile_modules", lambda *_, with_pipeline: called.append(with_pipeline))
    setup.set_up(root, with_java=False)
    setup.set_up(root)
    setup.set_up(root)
    assert called == [False, True]


@pytest.mark.parametrize("module", [compiled, apt, packages, steps])
def test_a_changed_module_of_the_set_up_is_an_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    root = checkout(tmp_path)
    before = setup.fingerprint(root)
    changed = tmp_path / "changed.py"
    changed.write_text("changed")
    monkeypatch.setattr(module, "__file__", str(changed))
    assert setup.fingerprint(root) != before


def test_changed_requirements_are_installed(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    setup.set_up(root)
    (root / "requirements.txt").write_text("pyspark==4.1.2\n")
    assert setup.set_up(root) is True
    assert len(installs) == 2


def test_sources_are_not_installed_in_the_environment() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", "import lake"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "No module named 'lake'" in done.stderr
