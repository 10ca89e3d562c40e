"""The publishing function's archive: pinned wheels beside the sources."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.jobs import bundle
from infra.jobs.assets import build_library
from infra.jobs.bundle import NEEDED, BundleError, build_function, build_job_packages, pins
from infra.ops.lint import ROOT
from localcloud.dataapi import DataApiServer

FUNCTION = "publish_marts"


def test_every_dependency_is_pinned_and_ipython_is_none_of_them() -> None:
    assert [pin.partition("==")[0] for pin in pins(ROOT)] == list(NEEDED)
    assert not {"ipython", "boto3", "pyarrow"} & set(NEEDED)


def test_error_names_a_dependency_without_a_pin(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("astrapy==2.3.2\nhttpx[http2]==0.28.1\n")
    with pytest.raises(BundleError, match="anyio"):
        pins(tmp_path)


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    first, second = (
        build_function(tmp_path / name, root=ROOT, function=FUNCTION, with_dependencies=False)
        for name in ("a", "b")
    )
    assert first.read_bytes() == second.read_bytes()


def test_archive_holds_wheels_beside_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = tmp_path / "wheels"
    (wheels / "astrapy").mkdir(parents=True)
    (wheels / "astrapy" / "__init__.py").write_text("")
    (wheels / "bson.so").write_bytes(b"\0")
    monkeypatch.setattr(bundle, "installed_wheels", lambda root, needed=(): wheels)
    archive = build_function(tmp_path / "out", root=ROOT, function=FUNCTION, with_dependencies=True)
    assert {"handler.py", "astrapy/__init__.py", "bson.so"} <= set(zipfile.ZipFile(archive).namelist())


def test_wheels_are_downloaded_once_per_set_of_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text("\n".join(f"{name}==1" for name in NEEDED))
    uv = tmp_path / ".build" / "uv-1" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    calls = tmp_path / "calls"
    uv.write_text(
        "#!/bin/sh\n"
        f"echo called >> {calls}\n"
        'for word; do case $word in --target=*) mkdir -p "${word#--target=}/astrapy";; esac; done\n'
    )
    uv.chmod(0o755)
    folders = {bundle.installed_wheels(tmp_path) for _ in range(2)}
    assert len(folders) == 1
    assert (folders.pop() / "astrapy").is_dir()
    assert calls.read_text().splitlines() == ["called"]


def test_failed_download_reports_the_error_of_uv(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("\n".join(f"{name}==1" for name in NEEDED))
    uv = tmp_path / ".build" / "uv-1" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("#!/bin/sh\necho no route to host >&2\nexit 2\n")
    uv.chmod(0o755)
    with pytest.raises(BundleError, match="no route to host"):
        bundle.installed_wheels(tmp_path)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of NEEDED as they are installed here, in the layout of unpacked wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in NEEDED:
        for file in importlib.metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.is_file():
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
    return folder


@pytest.fixture
def packages(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundle, "installed_wheels", lambda root, needed=(): wheels)
    return build_job_packages(tmp_path / "job", root=ROOT)


def test_archive_of_the_jobs_holds_sources_and_nothing_of_functions(packages: Path) -> None:
    names = zipfile.ZipFile(packages).namelist()
    assert "astrapy/__init__.py" in names
    assert not [name for name in names if name.endswith(".so") or name.startswith("aws_lambda_powertools")]


def test_archive_of_the_jobs_has_equal_bytes(packages: Path, tmp_path: Path) -> None:
    assert build_job_packages(tmp_path / "again", root=ROOT).read_bytes() == packages.read_bytes()


def test_client_of_the_store_works_from_the_archives_alone(packages: Path, tmp_path: Path) -> None:
    """A Python without installed packages imports both archives, as Glue does, and asks a Data API."""
    library = build_library(tmp_path / "library", root=ROOT)
    program = (
        "import sys; sys.path[:0] = sys.argv[1:3]\n"
        "from serving.client.connection import Connection\n"
        "import astrapy\n"
        "assert '.zip' in astrapy.__file__, astrapy.__file__\n"
        "store = Connection.from_secret(sys.argv[3], keyspace='k').database()\n"
        "store.get_database_admin().create_keyspace('k')\n"
        "print(store.list_collection_names())\n"
    )
    with DataApiServer(tmp_path / "store", token="t:t") as server:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program, str(library), str(packages), server.secret],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
