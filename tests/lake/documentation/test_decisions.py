"""The index of decision records."""

from __future__ import annotations

from pathlib import Path

from lake.documentation import decisions


def test_index_lists_title_status_and_date_of_each_record(tmp_path: Path) -> None:
    (tmp_path / "b-keys.md").write_text(
        "# Keys never change\n\nStatus: accepted · Date: 2026-11-20\n\nText.\n"
    )
    (tmp_path / "a-old.md").write_text("# An older decision\n\nText.\n")
    text = decisions.pages(tmp_path)[decisions.PAGE]
    assert text.splitlines()[-2:] == [
        "| [An older decision](a-old.md) |  |  |",
        "| [Keys never change](b-keys.md) | accepted | 2026-11-20 |",
    ]


def test_index_does_not_list_itself(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# One\n")
    assert decisions.drift(tmp_path) == ["README.md is missing"]
    decisions.write(tmp_path)
    assert decisions.drift(tmp_path) == []
    assert "README.md)" not in (tmp_path / "README.md").read_text()


def test_committed_index_is_up_to_date() -> None:
    assert decisions.drift() == []
