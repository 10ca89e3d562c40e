"""The assembly is synthesised again only when one of its inputs has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.errors import DeployError
from localcloud.synth import inputs_hash, synthesise

APP = """
import os, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
(out / "manifest.json").write_text(os.environ["CDK_DEFAULT_ACCOUNT"] + " " + " ".join(sys.argv[1:3]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "infra").mkdir(parents=True)
    (root / "app.py").write_text(APP)
    (root / "infra" / "stack.py").write_text("1")
    return root


def test_assembly_is_synthesised_for_the_local_account(project: Path, tmp_path: Path) -> None:
    assert synthesise(project, tmp_path / "out", "dev")
    assert (tmp_path / "out" / "manifest.json").read_text() == "123456789012 -c env=dev"


def test_unchanged_inputs_are_not_synthesised_again(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runs = [
        synthesise(project, out, "dev"),
        synthesise(project, out, "dev"),
        synthesise(project, out, "prod"),
    ]
    (project / "infra" / "stack.py").write_text("2")
    runs += [synthesise(project, out, "prod"), synthesise(project, out, "prod")]
    assert runs == [True, False, True, True, False]


def test_new_files_are_inputs_and_caches_are_not(project: Path) -> None:
    before = inputs_hash(project)
    (project / "infra" / "__pycache__").mkdir()
    (project / "infra" / "__pycache__" / "stack.pyc").write_text("x")
    assert inputs_hash(project) == before
    (project / "domains" / "new").mkdir(parents=True)
    (project / "domains" / "new" / "domain.py").write_text("x")
    assert inputs_hash(project) != before


def test_domains_on_pythonpath_are_inputs(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = tmp_path / "more" / "domains" / "toy" / "domain.py"
    domain.parent.mkdir(parents=True)
    domain.write_text("1")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "more"))
    before = inputs_hash(project)
    domain.write_text("2")
    assert inputs_hash(project) != before


def test_failed_synthesis_raises_its_output_and_is_repeated(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text("raise SystemExit('no such stack')")
    for _ in range(2):
        with pytest.raises(DeployError, match="no such stack"):
            synthesise(project, tmp_path / "out", "dev")
