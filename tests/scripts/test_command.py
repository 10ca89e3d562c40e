"""The command runs the sources of its checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.command import write_command


def test_command_runs_the_sources_of_its_checkout(tmp_path: Path) -> None:
    venv, cli = tmp_path / ".venv" / "bin", tmp_path / "cli"
    venv.mkdir(parents=True)
    (venv / "python").symlink_to(sys.executable)
    cli.mkdir()
    (cli / "main.py").write_text("import sys\ndef main():\n    print('ran', *sys.argv[1:])\n")
    command = write_command(tmp_path)
    done = subprocess.run([command, "up", "--home", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout == "ran up --home a b\n"
