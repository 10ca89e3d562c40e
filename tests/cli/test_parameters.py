"""Options of a command from the keyword-only parameters of a function."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.exits import Commands
from cli.parameters import command_for, option


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def paint(wall: object, *, coats: int, colour: Colour = Colour.RED, on: dt.date | None = None) -> None:
    """`wall` is no option: it is positional."""


def run(*arguments: str) -> tuple[Result, dict[str, Any]]:
    got: dict[str, Any] = {}
    app = typer.Typer(cls=Commands)
    app.command("paint")(
        command_for(paint, got.update, dry=option("dry", Annotated[bool, typer.Option("--dry")], False))
    )
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["paint", *arguments]), got


def test_options_have_the_types_and_defaults_of_the_parameters() -> None:
    result, got = run("--coats", "2", "--on", "2025-08-01", "--dry")
    assert result.exit_code == 0, result.output
    assert got == {"coats": 2, "colour": Colour.RED, "on": dt.date(2025, 8, 1), "dry": True}


def test_enum_is_chosen_by_value() -> None:
    assert run("--coats", "1", "--colour", "blue")[1]["colour"] is Colour.BLUE


def test_parameter_without_default_is_required() -> None:
    result, got = run()
    assert result.exit_code == 2
    assert "--coats" in result.stderr
    assert got == {}


def test_text_that_is_no_date_is_refused() -> None:
    result, _ = run("--coats", "1", "--on", "today")
    assert result.exit_code == 2
    assert "Write dates as yyyy-MM-dd." in result.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--day", "0001-01-01"], "0001-01-01 is out of range."),
        (["--day", "9999-12-31"], "Give a date of the years 1000 to 9998."),
        (["--day", "2025-02-30"], "'2025-02-30' is no date."),
        (["--day", "2025-02-03", "--top", "-1"], "Input should be greater than or equal to 0"),
    ],
)
def test_value_out_of_range_is_refused_without_a_trace(words: list[str], says: str) -> None:
    def answer(*, day: dt.date, top: int = 3) -> None:
        """Answer."""

    app = typer.Typer(cls=Commands)
    app.command("ask")(command_for(answer, lambda **_: None))
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["ask", *words])
    assert result.exit_code == 2
    assert says in result.stderr
    assert isinstance(result.exception, SystemExit)
