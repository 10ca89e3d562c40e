"""Artifacts are fetched once; without Maven one line says what is lacking."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from conformance import maven
from conformance.maven import S3A, Artifact, MavenError, fetch

TINY = Artifact("org.example", "tiny", "1.0")

FAKE_MAVEN = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
[ -e "$(dirname "$0")/fails" ] && { echo "[ERROR] not found in central"; exit 1; }
echo content > org/example/tiny/1.0/tiny-1.0.jar
"""


@pytest.fixture
def fake_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the only mvn of the PATH: it notes its arguments and writes the file of TINY."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "mvn"
    program.write_text(FAKE_MAVEN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_file_is_fetched_once(fake_maven: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    for _ in range(2):
        [file] = fetch([TINY], tmp_path / "repository", lines.append)
        assert file.read_text() == "content\n"
    [call] = (fake_maven / "calls").read_text().splitlines()
    assert "-Dartifact=org.example:tiny:1.0:jar" in call
    assert lines[0] == "tiny 1.0: fetching from Maven Central"
    assert re.fullmatch(r"tiny 1\.0: 0 MB in \d+ s", lines[1])


def test_failed_download_names_mavens_error(fake_maven: Path, tmp_path: Path) -> None:
    (fake_maven / "fails").touch()
    with pytest.raises(MavenError, match=r"fetch org\.example:tiny:1\.0:jar: .*not found in central"):
        fetch([TINY], tmp_path / "repository")


def test_without_maven_one_line_says_what_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(maven, "fetch", lambda artifacts: fetch(artifacts, tmp_path / "repository"))

    assert maven.main() == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("make conformance: there is no mvn on the PATH to fetch hadoop-aws 3.4.2, ")
    assert line.endswith("Install Maven 3 and a JDK (apt-get install maven).")


def test_s3a_has_the_version_of_pysparks_hadoop() -> None:
    spec = importlib.util.find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    [client] = (Path(spec.origin).parent / "jars").glob("hadoop-client-api-*.jar")
    assert S3A[0].name == "hadoop-aws"
    assert client.name == f"hadoop-client-api-{S3A[0].version}.jar"
