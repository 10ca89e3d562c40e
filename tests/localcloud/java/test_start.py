"""Spark starts with an archive that is whole, and without any other."""

from __future__ import annotations

import gzip
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.execution import spark_worker
from localcloud.execution.spark_worker import SparkWorker
from localcloud.java import archive as module
from localcloud.java import making
from localcloud.java.archive import Archive
from localcloud.java.making import make
from localcloud.java.start import QUIET, quick_start, set_up_archive
from tests.localcloud.java.fakes import fake_archive

SETTINGS = {"spark.driver.extraJavaOptions": "-Xa", "x": "y"}


def first(archive: Archive) -> str:
    return ":".join(map(str, archive.first_jars))


def test_without_an_archive_only_the_order_of_jars_is_new(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    assert quick_start(SETTINGS, archive) == ({**SETTINGS, "spark.driver.extraClassPath": first(archive)}, {})


def test_whole_archive_is_used(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    quick = f'{QUIET} -Xshare:auto -XX:SharedArchiveFile="{archive.file}"'
    assert quick_start(SETTINGS, archive) == (
        {
            "spark.driver.extraJavaOptions": f"-Xa {quick}",
            "spark.driver.extraClassPath": first(archive),
            "x": "y",
        },
        {"JAVA_HOME": f"{tmp_path}/java", "SPARK_CONF_DIR": f"{tmp_path}/classes/no-settings"},
    )


def test_damaged_archive_is_logged_and_not_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    archive.file.write_bytes(b"class")
    with caplog.at_level(logging.WARNING):
        assert quick_start(SETTINGS, archive)[1] == {}
    assert caplog.messages == [
        f"Spark starts without {archive.file}: it has 5 bytes instead of 7. `make setup` makes it anew."
    ]


def test_class_path_of_ones_own_stays(tmp_path: Path) -> None:
    archive = fake_archive(tmp_path)
    make(archive)
    own = {"spark.driver.extraClassPath": "/s3a.jar"}
    assert quick_start(own, archive) == (own, {})


@pytest.mark.parametrize("name", ["SPARK_HOME", "SPARK_CONF_DIR"])
def test_users_own_spark_has_no_archive(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "/spark")
    assert set_up_archive() is None


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive of two classes for the installed Java and Spark."""
    folder = tmp_path_factory.mktemp("with space") / "classes"
    folder.mkdir()
    classes = folder / "list.gz"
    classes.write_bytes(gzip.compress(b"java/lang/Object\norg/apache/spark/SparkConf\n"))
    with pytest.MonkeyPatch.context() as patched:
        for name in ("SPARK_HOME", "SPARK_CONF_DIR"):
            patched.delenv(name, raising=False)
        patched.setattr(module, "CLASS_LIST", classes)
        patched.setattr(making, "CLASS_LIST", classes)
        archive = set_up_archive(folder / "archive")
        assert archive is not None
        make(archive)
        yield archive


def started(archive: Archive, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Start a worker, and return the files that its Java has mapped."""
    monkeypatch.setattr(spark_worker, "quick_start", lambda settings: quick_start(settings, archive))
    worker = SparkWorker(home, "batch", short_runs=True)
    try:
        assert worker.await_ready() is None
        _python, java = worker.pids
        return Path(f"/proc/{java}/maps").read_text()
    finally:
        worker.kill()


def test_worker_maps_the_archive(small: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Java maps it only if its own version and the whole class path are those of the archive."""
    assert str(small.file) in started(small, tmp_path, monkeypatch)


def test_worker_starts_without_an_archive_of_another_java(
    small: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Archive(small.java, small.spark, tmp_path / "other")
    other.settings.mkdir(parents=True)
    content = small.file.read_bytes().replace(b"OpenJDK 64-Bit Server VM", b"OtherJDK 64-Bit Server V")
    assert len(content) == small.file.stat().st_size
    other.file.write_bytes(content)
    found = module.checksum(other.file, 0)
    other.record.write_text(f'{{"bytes": {len(content)}, "crc32": {found}}}')
    assert quick_start(SETTINGS, other)[1]
    assert str(other.file) not in started(other, tmp_path, monkeypatch)


def test_checksum_is_read_again_after_a_change(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a")
    before = module.checksum(file, file.stat().st_mtime_ns)
    file.write_bytes(b"b")
    os.utime(file, ns=(5, 5))
    assert module.checksum(file, 5) != before
