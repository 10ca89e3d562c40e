"""The command line as a whole: every command has help with examples; completion works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app
from cli.options import PROJECT

COMMANDS = (
    "demo", "up", "status", "env", "down", "upload", "ask", "dashboard",
    "quarantine list", "quarantine send", "release", "withdraw", "reingest",
    "model list", "model show", "model train", "model promote", "model rollback", "model feedback",
    "synth", "costs", "deploy", "destroy", "accept", "docs", "lint", "sample", "bench", "sql",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_has_examples(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert f"caudal {command}" in result.stdout


def test_no_command_is_missing_here() -> None:
    root = get_command(app)
    listed = set(root.list_commands(None))  # type: ignore[attr-defined]
    assert listed == {command.split()[0] for command in COMMANDS}


def test_exit_codes_are_documented() -> None:
    assert (
        "Exit codes: 0 done; 1 done in part"
        in CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    )


def test_unknown_command_exits_with_2() -> None:
    result = CliRunner().invoke(app, ["uploda"])
    assert result.exit_code == 2
    assert "upload" in result.stderr


def test_completion_lists_commands_without_heavy_imports() -> None:
    program = (
        "import atexit, sys; from cli.main import main\n"
        "heavy = {'aws_cdk', 'moto', 'pyspark'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "main()"
    )
    shell = {"_CAUDAL_COMPLETE": "complete_bash", "COMP_WORDS": "caudal qua", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **shell},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["quarantine"]
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("raised", "code"), [("SystemExit(0)", 0), ("SystemExit(3)", 3), ("SystemExit()", 0)]
)
def test_process_ends_with_its_exit_code_after_all_output_and_what_is_registered(
    raised: str, code: int
) -> None:
    program = f"""
import atexit, sys
from cli import main

def app(**options):
    atexit.register(print, "registered")
    print("answer" * 20_000)
    print("problem", file=sys.stderr)
    raise {raised}

main.app = app
main.main()
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True)
    assert ended.returncode == code
    assert ended.stdout == "answer" * 20_000 + "\nregistered\n"
    assert ended.stderr == "problem\n"
