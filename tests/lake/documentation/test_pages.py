"""Parts of generated pages, and drift from the committed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.documentation.pages import drift, mermaid, page, table, with_block, write
from lake.errors import CaudalError


def test_page_names_its_source_and_the_command_that_writes_it() -> None:
    assert page("Prices", "the price list", ["One.", "Two."]) == (
        "# Prices\n\nGenerated from the price list; do not edit. `caudal docs` writes it, "
        "`caudal docs --check` compares.\n\nOne.\n\nTwo.\n"
    )


def test_table_escapes_the_column_separator() -> None:
    assert table(("a", "b"), [("1|2", "3")]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |"


def test_mermaid_is_a_fenced_block() -> None:
    assert mermaid("flowchart LR", ["a --> b"]) == "```mermaid\nflowchart LR\n    a --> b\n```"


def test_drift_names_missing_and_changed_pages(tmp_path: Path) -> None:
    pages = {"one.md": "1\n", "below/two.md": "2\n"}
    assert drift(pages, tmp_path) == ["one.md is missing", "below/two.md is missing"]
    write(pages, tmp_path)
    assert drift(pages, tmp_path) == []
    (tmp_path / "one.md").write_text("by hand\n")
    assert drift(pages, tmp_path) == ["one.md differs from its source"]


def test_block_is_replaced_and_the_rest_stays() -> None:
    text = "A\n<!-- begin x -->\nold\n<!-- end x -->\nB\n"
    assert with_block(text, "x", "new") == "A\n<!-- begin x -->\nnew\n<!-- end x -->\nB\n"


def test_missing_block_is_an_error() -> None:
    with pytest.raises(CaudalError, match="the block 'x' is missing"):
        with_block("A\n", "x", "new")
