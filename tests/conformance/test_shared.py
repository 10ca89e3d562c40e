"""The part that waits finds the history that the other kept, unchanged by what its lake does later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lake.model.discovery import load_domain
from tests.conformance.history import DOMAINS, Played
from tests.conformance.shared import keep, kept, turn


def played(home: Path) -> dict[str, Played]:
    """What a history of all domains left behind in one home folder."""
    (home / "s3" / "bucket").mkdir(parents=True)
    (home / "s3" / "bucket" / "object").write_text("as played")
    (home / "state").mkdir()
    (home / "state" / "iam-calls.jsonl").write_text("{}\n")
    runs = [{"JobName": "job", "JobRunState": "SUCCEEDED"}]
    return {name: Played(load_domain(name), home, ["SUCCEEDED"], runs) for name in DOMAINS}


def test_kept_history_stays_as_it_was_played(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "shared"
    folder.mkdir()
    history = played(home)
    keep(history, folder)
    (home / "s3" / "bucket" / "object").write_text("changed")

    found = kept(folder)
    assert found is not None
    assert set(found) == set(DOMAINS)
    for name, each in found.items():
        assert (each.executions, each.runs) == (history[name].executions, history[name].runs)
        assert each.recording.read_text() == "{}\n"
        assert (each.folder("bucket", "") / "object").read_text() == "as played"


def test_nothing_is_kept_before_the_end(tmp_path: Path) -> None:
    assert kept(tmp_path) is None


def test_one_process_waits_for_the_other(tmp_path: Path) -> None:
    wait = (
        f"import pathlib, tests.conformance.shared as s\nwith s.turn(pathlib.Path({str(tmp_path)!r})): pass"
    )
    command = [sys.executable, "-c", wait]
    with turn(tmp_path):
        waiting = subprocess.Popen(command)
        try:
            waiting.wait(1)
            raise AssertionError("the lock of another process was ignored")
        except subprocess.TimeoutExpired:
            pass
    assert waiting.wait(60) == 0
