"""Commands whose options are the keyword-only parameters of a function elsewhere."""

from __future__ import annotations

import datetime as dt
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_group

from cli.exits import Commands
from lake.errors import CaudalError
from lake.model.answers import plain_type

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Years of dates on the command line: answers may look at the month before or after."""


def command_for(
    function: Callable[..., Any], run: Callable[..., None], **extra: inspect.Parameter
) -> Callable[..., None]:
    """Return a Typer command that calls `run(**options)`.

    Its options are the keyword-only parameters of `function`, then those of `extra`.
    """
    options = {parameter.name: parameter for parameter in _options(function)} | extra

    def command(**values: Any) -> None:
        run(**values)

    signature = inspect.Signature(list(options.values()))
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {name: option.annotation for name, option in options.items()}
    return command


def option(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """Return one option of a command as a parameter."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _options(function: Callable[..., Any]) -> Iterator[inspect.Parameter]:
    hints = typing.get_type_hints(function)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            yield parameter.replace(annotation=_annotation(hints[parameter.name]))


def _annotation(hint: Any) -> Any:
    """Return an option of the type: without `typer.Option`, Typer takes a required one for an argument."""
    if plain_type(hint) is dt.date:
        return Annotated[hint, typer.Option(parser=_date, metavar="DATE", show_default=False)]
    if plain_type(hint) is int:
        return Annotated[hint, typer.Option(min=0)]
    return Annotated[hint, typer.Option()]


def _date(text: str) -> dt.date:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError as error:
        raise CaudalError(
            f"'{text}' is no date.", where="command line", hint="Write dates as yyyy-MM-dd."
        ) from error
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise CaudalError(
            f"{text} is out of range.",
            where="command line",
            hint=f"Give a date of the years {FIRST_YEAR} to {LAST_YEAR}.",
        )
    return date


def lazy_group(add_commands: Callable[[typer.Typer], None], *, help: str, epilog: str) -> typer.Typer:
    """Return a group whose commands `add_commands` adds on first use.

    A declaration that cannot be loaded then stops this group alone.
    """

    class Lazy(_LazyCommands):
        build = staticmethod(add_commands)

    group = typer.Typer(cls=Lazy, no_args_is_help=True, help=help, epilog=epilog)
    group.callback()(_nothing)
    return group


class _LazyCommands(Commands):
    build: typing.ClassVar[Any]
    """Adds the commands to an app."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return self._commands().get(cmd_name)

    def _commands(self) -> dict[str, TyperCommand]:
        if not self.commands:
            made = typer.Typer()
            type(self).build(made)
            made.callback()(_nothing)
            self.commands = get_group(made).commands
        return typing.cast(dict[str, TyperCommand], self.commands)


def _nothing() -> None:
    """Do nothing: an app with a callback is a group, even with a single command or none."""
