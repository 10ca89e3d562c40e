"""Broken import rules are found, in small trees and in this repository."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parents[2]


def findings(root: Path) -> str:
    """Lint `root` in a process of its own, where no package of these names is imported yet."""
    program = (
        f"import sys; sys.path.append({str(HERE)!r})\n"
        "from pathlib import Path\n"
        "from conventions.imports import import_findings\n"
        f"print('\\n'.join(import_findings(Path({str(root)!r}))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout


def tree(root: Path, files: Mapping[str, str]) -> Path:
    """Write packages with one module per entry."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)
    return root


def test_this_repository_keeps_its_rules() -> None:
    assert findings(HERE).strip() == ""


def test_third_party_import_in_the_core_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, {"lake/names.py": "import boto3\n", "infra/stack.py": "import lake.names\n"})
    assert findings(root).strip() == "lake/names.py:1 imports boto3"


def test_import_against_the_direction_is_found(tmp_path: Path) -> None:
    files = {"lake/names.py": "", "infra/stack.py": "", "serving/store.py": "import infra.stack\n"}
    found = findings(tree(tmp_path, files))
    assert "serving imports lake BROKEN" in found
    assert "serving.store -> infra.stack" in found


def test_cycle_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, {"lake/a.py": "import lake.b\n", "lake/b.py": "import lake.a\n"})
    assert "no cycles BROKEN" in findings(root)


def test_domain_that_imports_another_layer_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, {"serving/read.py": "", "domains/shop/answers.py": "import serving.read\n"})
    assert "domains imports lake and transforms BROKEN" in findings(root)
