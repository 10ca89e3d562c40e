"""An archive gets its name when Java has started with it, once for all makers of a moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from localcloud.errors import LocalCloudError
from localcloud.java.making import make
from tests.localcloud.java.fakes import calls, fake_archive


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_archive_is_made_and_tried(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    assert calls(tmp_path) == ["-Xshare:dump", "-Xshare:on"]
    assert archive.file.read_bytes() == b"classes"
    assert archive.record.read_text() == '{"bytes": 7, "crc32": 49118917}'
    assert names(archive.folder) == sorted(["lock", "no-settings", archive.file.name, archive.record.name])


def test_makers_at_the_same_time_make_one(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, [archive] * 4))
    assert calls(tmp_path) == ["-Xshare:dump", "-Xshare:on"]
    assert archive.damage() is None


@pytest.mark.parametrize("content", [b"class", b"classez"])
def test_damaged_archive_is_made_anew(tmp_path: Path, content: bytes) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    archive.file.write_bytes(content)
    make(archive)
    assert (archive.file.read_bytes(), archive.damage()) == (b"classes", None)


def test_archive_of_an_earlier_java_is_deleted(tmp_path: Path) -> None:
    make(fake_archive(tmp_path))
    archive = fake_archive(tmp_path, "17.0.16")
    make(archive)
    assert names(archive.folder) == sorted(["lock", "no-settings", archive.file.name, archive.record.name])


def test_archive_with_which_java_does_not_start_gets_no_name(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path, verdict="echo no; exit 1")
    with pytest.raises(LocalCloudError, match="Java ended with code 1: no"):
        make(archive)
    assert not archive.file.exists()
    assert archive.is_decided()
    make(archive)
    assert calls(tmp_path) == ["-Xshare:dump", "-Xshare:on"]


def test_java_that_makes_none_is_told(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    (archive.java / "bin" / "java").write_text("#!/bin/sh\n")
    with pytest.raises(LocalCloudError, match="no archive of Java's classes"):
        make(archive)


def test_java_that_was_killed_is_tried_again(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path, verdict="kill -9 $$")
    with pytest.raises(LocalCloudError, match="Java ended with code -9"):
        make(archive)
    assert not archive.is_decided()
    fake_archive(tmp_path)
    make(archive)
    assert archive.damage() is None


def test_options_of_the_user_are_not_those_of_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+UseZGC")
    archive = fake_archive(tmp_path, verdict='test -z "$JAVA_TOOL_OPTIONS"')
    make(archive)
    assert archive.damage() is None
