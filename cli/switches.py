"""The switches of a deployment as options, the same for every command."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer

from infra.foundation.config import Switches


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
