"""`caudal model train`."""

from __future__ import annotations

import json

import pytest

from tests.cli.model.conftest import NAMES, ModelLine, ended

TRAINING = NAMES.training_state_machine("stall")
RUNS = {"status": "RUNNING"}


def test_training_is_followed_and_its_figures_are_printed(cli: ModelLine) -> None:
    cli.states.descriptions = [RUNS, RUNS, ended("PROMOTED", "Model x: m-1 is promoted.\nF1  0.9")]
    done = cli.run("train")
    assert done.exit_code == 0
    assert done.stdout == (
        f"Training run-1 of {TRAINING} has started.\nModel x: m-1 is promoted.\nF1  0.9\n"
        "The pipeline publishes it.\n"
    )
    assert cli.states.started == [TRAINING]


@pytest.mark.parametrize(
    ("status", "code"),
    [("KEPT", 0), ("UNCHANGED", 0), ("TOO_LITTLE_DATA", 1), ("ALREADY_RUNNING", 1)],
)
def test_exit_code_says_whether_models_were_compared(cli: ModelLine, status: str, code: int) -> None:
    cli.states.descriptions = [ended(status, "why")]
    done = cli.run("train")
    assert (done.exit_code, done.stdout.splitlines()[1:]) == (code, ["why"])


def test_summary_is_printed_as_json(cli: ModelLine) -> None:
    cli.states.descriptions = [ended("KEPT", "why")]
    assert json.loads(cli.run("train", "--json").stdout) == {"status": "KEPT", "message": "why"}


def test_training_is_only_started(cli: ModelLine) -> None:
    done = cli.run("train", "--no-wait")
    assert (done.exit_code, cli.states.started) == (0, [TRAINING])


def test_failed_training_is_told_with_its_cause(cli: ModelLine) -> None:
    cli.states.descriptions = [RUNS, {"status": "FAILED", "error": "TrainModels", "cause": "no memory"}]
    failed = cli.run("train")
    assert failed.exit_code == 1
    assert "the training failed: TrainModels: no memory" in failed.stderr
    assert "What is published has not changed" in failed.stderr


def test_timed_out_training_is_told(cli: ModelLine) -> None:
    cli.states.descriptions = [{"status": "TIMED_OUT"}]
    assert "the training timed out." in cli.run("train").stderr


def test_interrupt_ends_the_wait_and_not_the_training(cli: ModelLine) -> None:
    cli.states.descriptions = [RUNS, {"interrupts": True}]
    stopped = cli.run("train")
    assert stopped.exit_code == 1
    assert "the wait was interrupted; the training goes on" in stopped.stderr


def test_environment_without_trainings_is_told(cli: ModelLine) -> None:
    cli.states.machines = ()
    refused = cli.run("train")
    assert refused.exit_code == 2
    assert "there is no state machine for trainings" in refused.stderr
    assert "caudal deploy --env test" in refused.stderr
