"""The name of the archive says what it is for, and its record how it must look."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from localcloud.java import archive as module
from localcloud.java.making import make
from tests.localcloud.java.fakes import fake_archive


def test_name_has_the_versions(tmp_path: Path) -> None:
    file = fake_archive(tmp_path).file
    assert file.parent == tmp_path / "classes"
    assert re.fullmatch(r"java-17\.0\.15-spark-4\.1\.1-[0-9a-f]{12}\.jsa", file.name)


def test_class_path_is_that_of_sparks_launcher(tmp_path: Path) -> None:
    jars = tmp_path / "pyspark" / "jars"
    assert fake_archive(tmp_path).class_path.split(":") == [
        f"{jars}/slf4j-api-2.0.17.jar",
        f"{jars}/scala-library-2.13.17.jar",
        f"{jars}/spark-core_2.13-4.1.1.jar",
        f"{jars}/spark-sql_2.13-4.1.1.jar",
        f"{tmp_path}/classes/no-settings/",
        f"{jars}/*",
    ]


def test_another_java_jar_or_list_has_another_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [fake_archive(tmp_path).file.name, fake_archive(tmp_path, "17.0.16").file.name]
    archive = fake_archive(tmp_path)
    assert archive.file.name == names[0]
    os.utime(tmp_path / "pyspark" / "jars" / "zinc-1.0.jar", ns=(1, 1))
    names.append(archive.file.name)
    other = tmp_path / "list"
    other.write_bytes(b"x")
    monkeypatch.setattr(module, "CLASS_LIST", other)
    names.append(archive.file.name)
    assert len(set(names)) == 4


def test_missing_archive_is_neither_decided_nor_damaged(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    assert (archive.is_decided(), archive.damage()) == (False, None)


@pytest.mark.parametrize(
    ("content", "damage", "is_decided"),
    [
        (b"classes", None, True),
        (b"class", "it has 5 bytes instead of 7", False),
        (b"classez", "its checksum is another", False),
    ],
)
def test_damage_is_told_from_the_record(
    tmp_path: Path, content: bytes, damage: str | None, is_decided: bool
) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    archive.file.chmod(0o644)
    archive.file.write_bytes(content)
    assert (archive.damage(), archive.is_decided()) == (damage, is_decided)


@pytest.mark.parametrize("record", [None, "", "[]", "{}"])
def test_archive_without_a_record_is_damaged(tmp_path: Path, record: str | None) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    archive.record.unlink() if record is None else archive.record.write_text(record)
    assert archive.damage() == "it has 7 bytes instead of a recorded number"
    assert not archive.is_decided()
