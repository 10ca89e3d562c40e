"""The set-up finds what is there, and says in one line what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import setup


def java(home: Path, version: str, modules: str = setup.JAVA_MODULE) -> Path:
    """A runtime that answers as Java does."""
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
def test_java_must_be_of_a_tested_version_and_complete(
    tmp_path: Path, version: str, modules: str, usable: bool
) -> None:
    assert setup.fits(java(tmp_path, version, modules)) is usable


def test_the_first_usable_java_is_taken(tmp_path: Path) -> None:
    homes = [
        tmp_path / "nothing",
        java(tmp_path / "new", "25"),
        java(tmp_path / "a", "21.0.1"),
        java(tmp_path / "b", "17"),
    ]
    assert setup.find_java(homes) == tmp_path / "a"
    assert setup.find_java(homes[:2]) is None


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    on_path = java(tmp_path / "b", "17")
    homes = setup.java_candidates({"JAVA_HOME": str(tmp_path / "a"), "PATH": str(on_path / "bin")})
    assert homes[:2] == [tmp_path / "a", on_path.resolve()]


def test_without_java_and_apt_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "can_apt", lambda: False)
    with pytest.raises(setup.SetupError, match="openjdk-17-jre-headless") as raised:
        setup.install_java()
    assert "\n" not in str(raised.value)


def checkout(root: Path) -> Path:
    """A folder that looks as if the packages were installed."""
    (root / "requirements.txt").write_text("pyspark==4.1.1\n")
    (root / ".venv" / "lib" / "python3.11" / "site-packages" / "pyspark").mkdir(parents=True)
    return root


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where packages were installed; nothing really is."""
    done: list[Path] = []
    monkeypatch.setattr(setup, "uv", lambda root: root / "uv")
    monkeypatch.setattr(setup, "install_packages", lambda root, program: done.append(root))
    return done


def test_spark_is_told_its_java(tmp_path: Path) -> None:
    root, home = checkout(tmp_path), java(tmp_path / "jvm", "17")
    assert setup.known_java(root) is None
    setup.remember_java(root, home)
    assert setup.known_java(root) == home
    (home / "bin" / "java").unlink()
    assert setup.known_java(root) is None


def test_a_second_call_does_nothing(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    assert setup.set_up(root) is True
    assert setup.set_up(root) is False
    assert len(installs) == 1


def test_changed_requirements_are_installed(
    tmp_path: Path, installs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jvm", "17")))
    setup.set_up(root)
    (root / "requirements.txt").write_text("pyspark==4.1.2\n")
    assert setup.set_up(root) is True
    assert len(installs) == 2


def test_a_failed_command_tells_its_last_lines() -> None:
    with pytest.raises(setup.SetupError, match="no such luck"):
        setup.run(["sh", "-c", "echo no such luck; exit 3"])


def test_attempts_go_on_until_one_works(tmp_path: Path) -> None:
    setup.first_that_works([[["false"], ["touch", tmp_path / "a"]], [["touch", tmp_path / "b"]], [["false"]]])
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_if_none_works_each_is_told() -> None:
    with pytest.raises(setup.SetupError, match=r"(?s)no network.*no such package"):
        setup.first_that_works(
            [[["sh", "-c", "echo no network; exit 1"]], [["sh", "-c", "echo no such package; exit 1"]]]
        )
