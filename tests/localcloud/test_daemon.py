"""The status of a local cloud in the background, and when it is valid."""

from __future__ import annotations

from pathlib import Path

from localcloud.daemon import STATUS_FILE, read_status, stop
from tests.localcloud.home import STATUS, running

__all__ = ["running"]


def test_status_file_of_a_dead_process_is_ignored(running: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / STATUS_FILE).write_text((running / STATUS_FILE).read_text())
    assert read_status(running) == STATUS
    assert read_status(other) is None


def test_stopping_where_nothing_runs_does_nothing(tmp_path: Path) -> None:
    assert not stop(tmp_path)
