"""The Java installation of the local workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.java.home import configured_java, java_home


def make_java(home: Path) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch(mode=0o755)
    return home


def test_java_home_takes_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, found = make_java(tmp_path / "named"), make_java(tmp_path / "found")
    monkeypatch.setenv("JAVA_HOME", str(named))
    monkeypatch.setenv("PATH", str(found / "bin"))

    assert java_home() == named


def test_java_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make_java(tmp_path / "found")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "removed"))
    monkeypatch.setenv("PATH", str(found / "bin"))

    assert java_home() == found


def test_java_of_the_set_up_is_read_from_sparks_settings(tmp_path: Path) -> None:
    home = make_java(tmp_path / "java")
    (tmp_path / "conf").mkdir()
    assert configured_java(tmp_path) is None
    (tmp_path / "conf" / "spark-env.sh").write_text(f"export JAVA_HOME='{home}'\n")
    assert configured_java(tmp_path) == home
    (home / "bin" / "java").unlink()
    assert configured_java(tmp_path) is None


def test_settings_of_ones_own_name_no_java_of_the_set_up(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-env.sh").write_text("export SPARK_LOG_DIR=/logs\n")
    assert configured_java(tmp_path) is None
