"""All generated pages are written by one command."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra.ops import documentation
from lake.documentation.pages import DOCS


def test_written_pages_are_the_committed_ones(tmp_path: Path) -> None:
    """Every page in the folders of generated pages belongs to a generator, and is as it would be written."""
    shutil.copytree(DOCS / "adr", tmp_path / "adr")
    guide = (DOCS / "deploy.md").read_text()
    (tmp_path / "deploy.md").write_text(guide)
    documentation.write(tmp_path)
    assert (tmp_path / "deploy.md").read_text() == guide
    for folder in ("generated", "data-dictionary", "adr"):
        committed = {file.name: file.read_text() for file in (DOCS / folder).glob("*.md")}
        assert {file.name: file.read_text() for file in (tmp_path / folder).glob("*.md")} == committed
