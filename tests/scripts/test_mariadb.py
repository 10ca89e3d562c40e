"""Set-up of MariaDB: root installs it, others get it unpacked, and without it the set-up goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import mariadb

PLAN = "'http://m' mariadb-server-core_10_amd64.deb 1 SHA256:x\n'http://l' libaio1_1_amd64.deb 1 SHA256:x"
APT = f"""
case "$*" in
*download*) touch server.deb;;
*--print-uris*) echo "{PLAN}";;
esac
"""
UNPACK = 'mkdir -p "$3/usr/sbin" && touch "$3/usr/sbin/mariadbd"'


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put apt-get, dpkg and env on a path without MariaDB; their calls are lines of the returned file."""
    folder, called = tmp_path / "commands", tmp_path / "called"
    folder.mkdir()
    called.touch()
    for name, body in (("apt-get", APT), ("dpkg", UNPACK), ("env", "")):
        program = folder / name
        program.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\necho "{name} $*" >> {called}\n{body}\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(mariadb, "SYSTEM_FOLDERS", ())
    return called


def test_root_installs_it_system_wide(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert mariadb.get_mariadb(tmp_path) == "installed system-wide with apt"
    quiet = "env DEBIAN_FRONTEND=noninteractive apt-get -qq"
    assert calls.read_text().splitlines() == [
        f"{quiet} update",
        f"{quiet} install -y --no-install-recommends mariadb-server-core mariadb-client-core",
    ]


def test_other_users_get_it_and_its_libraries_unpacked_once(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    mariadb.add_mariadb(tmp_path)
    assert (tmp_path / ".build" / "mariadb" / "usr" / "sbin" / "mariadbd").is_file()
    assert [file.name for file in (tmp_path / ".build").iterdir()] == ["mariadb"]
    assert "apt-get -qq download libaio1 mariadb-server-core" in calls.read_text()
    mariadb.add_mariadb(tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "set-up: MariaDB, for the relational copy: unpacked into .build/mariadb"
    ]


def test_a_failure_is_told_in_one_line_and_leaves_nothing_half_unpacked(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (calls.parent / "commands" / "apt-get").write_text("#!/bin/sh\necho 'E: no such package' >&2\nexit 100\n")
    mariadb.add_mariadb(tmp_path)
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("set-up: the relational copy is switched off here: `apt-get")
    assert line.endswith("failed: E: no such package.")
    assert not mariadb.is_there(tmp_path)


def test_without_apt_the_copy_is_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mariadb, "SYSTEM_FOLDERS", ())
    mariadb.add_mariadb(tmp_path)
    assert capsys.readouterr().out == (
        "set-up: the relational copy is switched off here: there is no apt-get; install MariaDB's server so "
        "that mariadbd is on the PATH.\n"
    )
