"""The assembly is synthesised again only when one of its inputs has changed."""

from __future__ import annotations

import fcntl
import os
import shutil
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import Any

import pytest

from localcloud.errors import DeployError
from localcloud.synth import KEPT, LOCK, MOST_KEPT, inputs_hash, synthesise

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


@pytest.fixture
def counting(project: Path) -> Path:
    """The project, whose app counts its runs."""
    line = 'open(pathlib.Path(sys.argv[0]).parent / "runs", "a").write("x")'
    (project / "app.py").write_text(f"{APP}\n{line}\n")
    return project


def test_another_folder_gets_a_copy_while_sources_and_options_are_the_same(
    counting: Path, tmp_path: Path
) -> None:
    project = counting
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


def kept(project: Path) -> list[Path]:
    return sorted((project / KEPT).iterdir())


def test_assemblies_that_were_used_last_are_kept(counting: Path, tmp_path: Path) -> None:
    source = counting / "infra" / "stack.py"
    for number in range(MOST_KEPT):
        source.write_text(str(number))
        synthesise(counting, tmp_path / "out", "dev")
        if number == 0:
            [first] = kept(counting)
    for age, folder in enumerate(kept(counting)):
        os.utime(folder, (age, 10 if folder == first else 20 + age))
    source.write_text("0")
    synthesise(counting, tmp_path / "out", "dev")
    assert count_of_runs(counting) == MOST_KEPT
    source.write_text("new")
    synthesise(counting, tmp_path / "out", "dev")
    assert first in kept(counting)
    assert len(kept(counting)) == MOST_KEPT


def test_assembly_whose_sources_change_while_it_is_written_is_not_kept(project: Path, tmp_path: Path) -> None:
    line = '(pathlib.Path(sys.argv[0]).parent / "infra" / "stack.py").write_text("2")'
    (project / "app.py").write_text(f"{APP}\n{line}\n")
    out = tmp_path / "out"
    assert synthesise(project, out, "dev")
    assert not (project / KEPT).exists()
    assert not (out / ".inputs").exists()
    assert synthesise(project, out, "dev")
    assert not synthesise(project, out, "dev")
    assert len(kept(project)) == 1


def failing(call: Callable[..., Any], error: OSError, *, after: bool) -> Callable[..., Any]:
    def fail(source: Path, target: Path) -> None:
        if after:
            call(source, target)
        raise error

    return fail


@pytest.mark.parametrize("after", [False, True])
def test_assembly_that_cannot_be_kept_is_used_all_the_same(
    counting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    full = failing(shutil.copytree, OSError(28, "No space left on device"), after=after)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copytree", full)
        assert synthesise(counting, tmp_path / "out", "dev")
    assert not synthesise(counting, tmp_path / "out", "dev")
    assert list(counting.joinpath(KEPT).parent.rglob("manifest.json")) == []
    assert synthesise(counting, tmp_path / "other", "dev")
    assert count_of_runs(counting) == 2


@pytest.mark.parametrize("after", [False, True])
def test_assembly_that_cannot_be_copied_is_synthesised(
    counting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    synthesise(counting, tmp_path / "first", "dev")
    damaged = failing(shutil.copytree, OSError(5, "Input/output error"), after=after)
    monkeypatch.setattr(shutil, "copytree", damaged)
    assert synthesise(counting, tmp_path / "second", "dev")
    assert count_of_runs(counting) == 2
    assert (tmp_path / "second" / "manifest.json").exists()
    assert not synthesise(counting, tmp_path / "second", "dev")


def test_leftovers_of_a_killed_process_are_removed(project: Path, tmp_path: Path) -> None:
    left = project / KEPT / ".0123.4567" / "manifest.json"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    synthesise(project, tmp_path / "out", "dev")
    assert not left.parent.exists()
    assert len(kept(project)) == 1


def test_kept_assemblies_are_used_by_one_process_at_a_time(counting: Path, tmp_path: Path) -> None:
    synthesise(counting, tmp_path / "first", "dev")
    with ThreadPoolExecutor(1) as pool:
        with (counting / LOCK).open("a") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            waiting = pool.submit(synthesise, counting, tmp_path / "second", "dev")
            with pytest.raises(NotYet):
                waiting.result(0.3)
            assert not (tmp_path / "second").exists()
        assert waiting.result(60)
    assert count_of_runs(counting) == 1


def test_context_of_the_caller_does_not_reach_the_synthesis(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_CONTEXT_JSON", '{"env": "prod"}')
    line = '(out / "context").write_text(os.environ.get("CDK_CONTEXT_JSON", "none"))'
    (project / "app.py").write_text(f"{APP}\n{line}\n")
    synthesise(project, tmp_path / "out", "dev")
    assert (tmp_path / "out" / "context").read_text() == "none"


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


def test_all_portions_of_domains_are_inputs(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A portion may be found without PYTHONPATH, e.g. by a .pth file, and lie in an archive."""
    module, archive = tmp_path / "site" / "domains" / "toy" / "domain.py", tmp_path / "more.zip"
    module.parent.mkdir(parents=True)
    module.write_text("1")
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("domains/zipped/domain.py", "1")
    portions = [str(module.parents[1]), str(archive / "domains")]
    monkeypatch.setattr("localcloud.synth.domain_folders", lambda: portions)
    hashes = [inputs_hash(project)]
    module.write_text("2")
    hashes.append(inputs_hash(project))
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("domains/zipped/tables.py", "1")
    hashes.append(inputs_hash(project))
    assert len(set(hashes)) == 3
    monkeypatch.setattr("localcloud.synth.domain_folders", lambda: [str(project / "domains")])
    assert inputs_hash(project) not in hashes


def test_failed_synthesis_raises_its_output_and_is_repeated(project: Path, tmp_path: Path) -> None:
    (project / "app.py").write_text("raise SystemExit('no such stack')")
    for _ in range(2):
        with pytest.raises(DeployError, match="no such stack"):
            synthesise(project, tmp_path / "out", "dev")
