"""The hooks before a commit run what `make lint` runs."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_hooks_run_the_commands_of_make_lint() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    programs = {"$(RUN)": ".venv/bin/python", "$(CAUDAL)": ".venv/bin/caudal"}
    commands = [line.strip().removeprefix("@") for line in recipe[1].splitlines()]
    for variable, program in programs.items():
        commands = [command.replace(variable, program) for command in commands]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [hook["entry"] for hook in hooks["repos"][0]["hooks"]] == commands
