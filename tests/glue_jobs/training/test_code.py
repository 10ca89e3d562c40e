"""The version of a training's code changes with every module that it is made of, and with no other."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from glue_jobs.training import code
from glue_jobs.training.code import code_version

SOURCES = {
    "fruit/__init__.py": "",
    "fruit/train.py": "from fruit.parts import pear\nimport json\n",
    "fruit/parts/__init__.py": "",
    "fruit/parts/pear.py": "import fruit.parts.seed\n",
    "fruit/parts/seed.py": "SEED = 1\n",
    "fruit/other.py": "OTHER = 1\n",
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(code, "PACKAGES", ("fruit",))
    return tmp_path


def version(place: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> str:
    """Return the code version of the sources, with some changed, in a folder or a zip."""
    sources = {**SOURCES, **{name.replace("__", "/") + ".py": text for name, text in changed.items()}}
    if place.suffix == ".zip":
        with zipfile.ZipFile(place, "w") as archive:
            for name, text in sources.items():
                archive.writestr(name, text)
    else:
        for name, text in sources.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(place))
        try:
            return code_version("fruit.train")
        finally:
            for name in [each for each in sys.modules if each.partition(".")[0] == "fruit"]:
                del sys.modules[name]


def test_folder_and_zip_have_the_same_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert version(path / "a", monkeypatch) == version(path / "b.zip", monkeypatch)


def test_module_that_is_imported_indirectly_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = version(path / "a", monkeypatch)
    assert version(path / "b", monkeypatch, fruit__parts__seed="SEED = 2\n") != first


def test_module_that_is_not_imported_does_not_count(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = version(path / "a", monkeypatch)
    assert version(path / "b", monkeypatch, fruit__other="OTHER = 2\n") == first


def test_real_training_has_a_version() -> None:
    assert len(code_version("domains.cloud_provider.training.cost_anomaly")) == 12
