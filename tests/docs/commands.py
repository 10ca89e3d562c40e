"""Commands of a page, and whether the programs that they call know their options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import typer.main
from botocore import xform_name

from cli.main import app

_BLOCK = re.compile(r"^```sh.*?\n(?P<body>.*?)^```$", re.M | re.S)

_OF_THE_CLI = {"query", "output", "max_items", "profile", "region"}
"""Options that the AWS CLI adds to every operation."""

_OWN = {"s3": {"ls", "cp", "rm"}, "logs": {"tail"}, "configure": {"get"}}
"""Commands of the AWS CLI that are no operation of a service."""

_SERVICE_NAMES = {"s3api": "s3"}

_RENAMED = {"notification_endpoint": "endpoint"}
"""Options that the AWS CLI spells differently from the service."""


def commands(page: Path) -> Iterator[list[str]]:
    """Return the words of every command line of a page."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        for line in block["body"].splitlines():
            if line.strip() and not line.startswith("#") and not re.match(r"\w+=", line):
                yield shlex.split(line, comments=True)


def aws_problems(words: list[str]) -> list[str]:
    """Return what the AWS CLI would refuse: an unknown operation, an unknown or missing option."""
    service, operation, *rest = words[1:]
    if operation in _OWN.get(service, ()):
        return []
    session = botocore.session.get_session()
    model = session.get_service_model(_SERVICE_NAMES.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in operations:
        return [f"{service} has no operation {operation}"]
    shape = model.operation_model(operations[operation]).input_shape
    members = {xform_name(name) for name in shape.members} if shape else set()
    required = {xform_name(name) for name in shape.required_members} if shape else set()
    given = (re.sub("^no-", "", word[2:]).replace("-", "_") for word in rest if word.startswith("--"))
    flags = {_RENAMED.get(name, name) for name in given}
    unknown = flags - members - _OF_THE_CLI
    return [f"{service} {operation} has no {flag}" for flag in sorted(unknown)] + [
        f"{service} {operation} needs {flag}" for flag in sorted(required - flags)
    ]


def caudal_problems(words: list[str]) -> list[str]:
    """Return what `caudal` would refuse in a command; nothing is executed."""
    command: Any = typer.main.get_command(app)
    arguments = words[1:]
    while hasattr(command, "get_command"):
        name = arguments.pop(0)
        command = command.get_command(command.make_context("caudal", [name], resilient_parsing=True), name)
        if command is None:
            return [f"caudal has no command {name}"]
    try:
        command.make_context(command.name, arguments)
    except Exception as error:  # the error class of a wrong option is Typer's own business
        return [f"{command.name}: {error}"]
    return []
