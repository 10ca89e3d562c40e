"""One shape of errors and documented exit codes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import typer
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from cli.exits import ENDING, NEEDS_ATTENTION, NOT_DONE, Commands, ending_as_by_ctrl_c, failing_with, show
from lake.errors import CaudalError


def test_error_shows_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    show(CaudalError("the file is [empty].", where="orders.csv", hint="Send it again."))
    assert capsys.readouterr().err.splitlines() == [
        "error: the file is [empty].",
        "where: orders.csv",
        "to do: Send it again.",
    ]


def test_error_without_place_or_remedy_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show(CaudalError("out of luck."))
    assert capsys.readouterr().err == "error: out of luck.\n"


def test_error_inside_a_step_has_the_step_s_code() -> None:
    with pytest.raises(typer.Exit) as raised, failing_with(NEEDS_ATTENTION):
        raise CaudalError("the job failed.")
    assert raised.value.exit_code == NEEDS_ATTENTION


def test_error_of_aws_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
    with pytest.raises(typer.Exit), failing_with(NOT_DONE):
        raise denied
    assert "to do: Use credentials with this permission" in capsys.readouterr().err


def test_command_of_a_group_exits_with_not_done() -> None:
    app = typer.Typer(cls=Commands)

    @app.command()
    def fail() -> None:
        raise CaudalError("there is no such batch.")

    @app.callback()
    def _group() -> None:
        """Make the app a group."""

    result = CliRunner().invoke(app, ["fail"])
    assert result.exit_code == NOT_DONE
    assert result.stderr == "error: there is no such batch.\n"


def test_full_disk_is_said_to_be_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as raised, failing_with(NOT_DONE):
        Path("/dev/full").write_text("x")
    assert raised.value.exit_code == NOT_DONE
    assert capsys.readouterr().err.splitlines()[::2] == [
        "error: the disk is full.",
        "to do: Free space on that disk, then run the same command again.",
    ]


@pytest.mark.parametrize("number", ENDING)
def test_ending_signals_are_like_ctrl_c_within_the_block(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ending_as_by_ctrl_c():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before
