"""The publishing function's archive: pinned wheels beside the sources."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from infra.jobs import bundle
from infra.jobs.bundle import NEEDED, BundleError, build_function, pins
from infra.ops.lint import ROOT

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
    monkeypatch.setattr(bundle, "installed_wheels", lambda root: wheels)
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
