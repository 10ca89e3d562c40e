"""The assembly is synthesised again only when one of its inputs has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.errors import DeployError
from localcloud.synth import KEPT, MOST_KEPT, inputs_hash, synthesise

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


def count_of_runs(project: Path) -> int:
    return len((project / "runs").read_text())


def test_another_folder_gets_a_copy_while_sources_and_options_are_the_same(
    project: Path, tmp_path: Path
) -> None:
    counting = 'open(pathlib.Path(sys.argv[0]).parent / "runs", "a").write("x")'
    (project / "app.py").write_text(f"{APP}\n{counting}\n")
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    assert synthesise(project, first, "dev")
    assert synthesise(project, second, "dev")
    assert count_of_runs(project) == 1
    names = [sorted(path.name for path in folder.iterdir()) for folder in (first, second)]
    assert names == [[".inputs", "manifest.json"]] * 2
    assert not synthesise(project, second, "dev")
    assert synthesise(project, second, "prod")
    assert count_of_runs(project) == 2
    assert "env=prod" in (second / "manifest.json").read_text()
    (project / "infra" / "stack.py").write_text("2")
    assert synthesise(project, third, "dev")
    assert count_of_runs(project) == 3


def test_a_change_of_a_copy_does_not_reach_the_next(project: Path, tmp_path: Path) -> None:
    synthesise(project, tmp_path / "first", "dev")
    synthesise(project, tmp_path / "second", "dev")
    for name in ("first", "second"):
        (tmp_path / name / "manifest.json").write_text("changed")
    synthesise(project, tmp_path / "third", "dev")
    assert (tmp_path / "third" / "manifest.json").read_text() == "123456789012 -c env=dev"


def test_other_libraries_make_other_templates(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert synthesise(project, tmp_path / "out", "dev")
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0")
    assert synthesise(project, tmp_path / "out", "dev")


def test_only_the_last_assemblies_are_kept(project: Path, tmp_path: Path) -> None:
    for number in range(MOST_KEPT + 2):
        (project / "infra" / "stack.py").write_text(str(number))
        synthesise(project, tmp_path / "out", "dev")
    kept = [folder / "manifest.json" for folder in (project / KEPT).iterdir()]
    assert len(kept) == MOST_KEPT
    assert all(file.exists() for file in kept)


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
