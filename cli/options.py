"""Options that several commands share, so that each is spelled and explained once."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.foundation.config import Switches

DEFAULT_HOME = Path(".local")
PROJECT = Path(__file__).resolve().parent.parent

LocalHome = Annotated[
    Path,
    typer.Option("--home", envvar="CAUDAL_HOME", help="Folder of the local cloud's state.", metavar="DIR"),
]
"""For commands that work on a local cloud."""

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="CAUDAL_HOME", help="Folder of a running local cloud, instead of AWS.", metavar="DIR"
    ),
]
"""For commands that work on AWS or on a local cloud."""


def _environments() -> list[str]:
    from infra.foundation.config import CONFIGS

    return sorted(CONFIGS)


def _domains() -> list[str]:
    from lake.model.discovery import domain_names

    return list(domain_names())


StackEnv = Annotated[
    str, typer.Option("--env", help="Environment: dev or prod.", autocompletion=_environments)
]
Env = Annotated[
    str | None,
    typer.Option(
        "--env", help="Environment; default dev, or that of the local cloud.", autocompletion=_environments
    ),
]
Profile = Annotated[str | None, typer.Option("--profile", help="AWS profile; default that of AWS_PROFILE.")]
Region = Annotated[str | None, typer.Option("--region", help="AWS region.")]
Assume = Annotated[
    bool,
    typer.Option(
        "--assume/--no-assume", help="Assume the role of this task, or use the credentials as they are."
    ),
]
Domain = Annotated[
    str,
    typer.Option("--domain", help="Name of the domain.", show_default=False, autocompletion=_domains),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_json(value: Any) -> None:
    """Print a value as JSON; decimals, dates and paths as text."""
    typer.echo(json.dumps(value, indent=2, default=str))


def examples(*lines: str) -> str:
    """Return the epilogue of a command's help: one example per line."""
    return "\n\n".join(("Examples:", *lines))


Chosen = dict[str, Any] | None
"""Switches of a deployment by name, which `takes_switches` turns into options."""


def takes_switches(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with an option for each field of Switches, in place of its parameter `switches`.

    The command gets them as a dictionary by name.
    """

    @functools.wraps(command)
    def run(**options: Any) -> None:
        found = {each.name: options.pop(each.name) for each in fields(Switches)}
        command(**options, switches=found)

    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        parameters += _options() if name == "switches" else [parameter]
    described: Any = run
    described.__signature__ = inspect.Signature(parameters)
    described.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _options() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=each.default,
            annotation=Annotated[
                type(each.default),
                typer.Option(
                    f"--{each.name.replace('_', '-')}",
                    help=each.metadata["help"],
                    metavar=each.metadata["metavar"] or None,
                ),
            ],
        )
        for each in fields(Switches)
    ]
