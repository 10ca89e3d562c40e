"""The command `.venv/bin/caudal`."""

from __future__ import annotations

from pathlib import Path

COMMAND = """#!/bin/sh
# Written by the set-up. Runs the command line with the project's sources on the path of this process
# alone: they are not installed, because workers must see the packages of their bundles only.
exec '{python}' -P -c 'import sys; sys.path.insert(0, "{root}"); from cli.main import main; main()' "$@"
"""


def write_command(root: Path) -> Path:
    """Write `.venv/bin/caudal` and return its path."""
    bin_folder = root / ".venv" / "bin"
    bin_folder.mkdir(parents=True, exist_ok=True)
    command = bin_folder / "caudal"
    command.write_text(COMMAND.format(python=bin_folder / "python", root=root), encoding="utf-8")
    command.chmod(0o755)
    return command
