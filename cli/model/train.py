"""`caudal model train`: start a training, follow it, and print its figures."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.exits import DONE, NEEDS_ATTENTION, failing_with
from cli.model.place import ModelName, Place, connected
from cli.options import AsJson, Assume, Domain, Env, Home, Profile, Region, examples, print_json
from lake.errors import CaudalError
from lake.naming import TRAIN_ANOMALY_MODEL, RunStatus
from lake.printable import printable

EXAMPLES = examples(
    "caudal model train --domain DOMAIN",
    "caudal model train --domain DOMAIN --home .local",
    "caudal model train --domain DOMAIN --no-wait",
)

POLL_SECONDS = 2.0
_LOG_SECONDS = 30.0
_JUDGED = (RunStatus.PROMOTED, RunStatus.KEPT, RunStatus.UNCHANGED)
"""Statuses of a training that has compared the models."""


def train(
    domain: Domain,
    model: ModelName = "",
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow the training to its end, or only start it.")
    ] = True,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
    as_json: AsJson = False,
) -> None:
    """Train the models of a domain: a version is promoted only if it is better, and then published.

    Exit code 0: the models were compared; 1: they were not (too little data, a failure, another training).
    """
    with connected(domain, model, env, profile, region, home, assume) as place:
        machine = place.names.training_state_machine(place.domain.name)
        execution = place.start(machine, "trainings")
        console = Console(stderr=as_json)
        name = execution.rpartition(":")[2]
        console.print(f"Training {name} of {machine} has started.", highlight=False, soft_wrap=True)
        if not wait:
            return
        # The training runs on: what fails from here on leaves the command done in part.
        with failing_with(NEEDS_ATTENTION):
            summary = _summary(_followed(place, execution, console), execution)
    if as_json:
        print_json(summary)
    else:
        typer.echo(printable(str(summary["message"])))
        if summary["status"] == RunStatus.PROMOTED:
            typer.echo("The pipeline publishes it.")
    raise typer.Exit(DONE if summary["status"] in _JUDGED else NEEDS_ATTENTION)


def _followed(place: Place, execution: str, console: Console) -> dict[str, Any]:
    """Return the description of an execution that has ended. Ctrl-C ends the wait, not the training."""
    begun = told = time.monotonic()
    try:
        with console.status("Training") as status:
            while True:
                described: dict[str, Any] = place.states.describe_execution(executionArn=execution)
                if described["status"] != "RUNNING":
                    return described
                seconds = time.monotonic() - begun
                status.update(f"Training, {seconds:.0f} s")
                if not console.is_terminal and time.monotonic() - told >= _LOG_SECONDS:
                    told = time.monotonic()
                    console.print(f"Training, {seconds:.0f} s", highlight=False)
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt as error:
        raise CaudalError(
            "the wait was interrupted; the training goes on.",
            where=execution,
            hint="Its notification has the figures; `caudal model list` shows the version.",
        ) from error


def _summary(described: dict[str, Any], execution: str) -> dict[str, Any]:
    """Return the summary in the output of an execution. Raises CaudalError if the execution failed."""
    if described["status"] != "SUCCEEDED":
        reason = ": ".join(part for part in (described.get("error", ""), described.get("cause", "")) if part)
        raise CaudalError(
            f"the training {described['status'].lower().replace('_', ' ')}{': ' if reason else ''}{reason}.",
            where=execution,
            hint="What is published has not changed. See `A training or a promotion` in docs/runbook.md.",
        )
    summary: dict[str, Any] = json.loads(described["output"])[TRAIN_ANOMALY_MODEL]["summary"]
    return summary
