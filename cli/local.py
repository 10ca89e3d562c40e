"""`caudal up`, `status`, `env`, `down`: the local cloud as a background process."""

from __future__ import annotations

import shlex
import time
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from cli.exits import NEEDS_ATTENTION, NOT_RUNNING, failing_with, show
from cli.options import DEFAULT_HOME, AsJson, LocalHome, StackEnv, examples, print_json
from lake.errors import CaudalError
from localcloud import daemon
from localcloud.execution.environment import client_environment
from uploader.tables import fitting

UP_EXAMPLES = examples("caudal up", "caudal up --home /tmp/lake --env prod")
STATUS_EXAMPLES = examples("caudal status", "caudal status --json")
ENV_EXAMPLES = examples('eval "$(caudal env)"', "caudal env --json")
DOWN_EXAMPLES = examples("caudal down", "caudal down --home /tmp/lake")


def up(home: LocalHome = DEFAULT_HOME, env: StackEnv = "dev") -> None:
    """Start the local cloud and deploy to it; restart it if its inputs have changed."""
    from infra.foundation.config import config_for
    from localcloud.synth import inputs_hash

    config_for(env)
    home, console = home.resolve(), Console()
    home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with failing_with(NEEDS_ATTENTION), daemon.starting(home):
        running = daemon.read_status(home)
        if running is not None and (running.env, running.inputs) == (env, inputs_hash(daemon.PROJECT)):
            console.print(f"Up already, at {running.endpoint} (process {running.pid}).")
            _show_ledgers(console, running, home)
            return
        daemon.stop(home)
        with console.status("Synthesising and deploying …"):
            started = daemon.start(home, env)
    console.print(f"Up at {started.endpoint} after {time.monotonic() - began:.1f} s (process {started.pid}).")
    console.print('For any AWS program:  eval "$(caudal env)"', highlight=False)
    _show_ledgers(console, started, home)


def status(home: LocalHome = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Show whether the local cloud runs, its endpoint, and the contents of its buckets."""
    found = _running(home)
    rows = []
    for bucket in found.buckets.values():
        files = [file for file in (home / "s3" / bucket).rglob("*") if file.is_file()]
        rows.append((bucket, len(files), sum(file.stat().st_size for file in files)))
    if as_json:
        objects = {bucket: {"objects": number, "bytes": size} for bucket, number, size in rows}
        from cli.show.ledgers import ledger_messages

        print_json({**_public(found), "objects": objects, "to_do": ledger_messages(found, home)})
        return
    console = Console()
    console.print(f"Up at {found.endpoint}, environment {found.env}, process {found.pid}.")
    console.print(f"Data API of the serving store at {found.data_api}.")
    cells = [(bucket, f"{number:,}", f"{size / 1e6:,.1f}") for bucket, number, size in rows]
    console.print(fitting(("bucket", "objects", "MB"), cells, console, numbers=(1, 2)), highlight=False)
    _show_ledgers(console, found, home)


def env(home: LocalHome = DEFAULT_HOME, as_json: AsJson = False) -> None:
    """Print the variables that point AWS programs and `caudal` to the local cloud, for `eval`."""
    found = _running(home)
    credentials = {"aws_access_key_id": found.access_key, "aws_secret_access_key": found.secret_key}
    values = {
        **client_environment(found.endpoint, found.region, credentials),
        "CAUDAL_HOME": str(home.resolve()),
    }
    if as_json:
        print_json(values)
        return
    typer.echo("unset AWS_SESSION_TOKEN AWS_PROFILE")
    for name, value in values.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def down(home: LocalHome = DEFAULT_HOME) -> None:
    """Stop the local cloud. Objects stay in its home folder."""
    ended = daemon.stop(home.resolve())
    Console().print("Down." if ended else f"No local cloud runs in {escape(str(home))}.", soft_wrap=True)


def _running(home: Path) -> daemon.Status:
    """Return the status of the local cloud, or exit with NOT_RUNNING."""
    found = daemon.read_status(home.resolve())
    if found is None:
        show(
            CaudalError(
                "no local cloud runs.",
                where=str(home),
                hint="Start it with `caudal up`, and name its folder with --home DIR.",
            )
        )
        raise typer.Exit(NOT_RUNNING)
    return found


def _show_ledgers(console: Console, status: daemon.Status, home: Path) -> None:
    """Print, for each domain, the files that wait for a run and the batches that older rules have read."""
    from cli.show.ledgers import ledger_messages

    for message in ledger_messages(status, home):
        console.print(escape(message), highlight=False, soft_wrap=True)


def _public(status: daemon.Status) -> dict[str, object]:
    """Return the status without credentials."""
    return {name: value for name, value in asdict(status).items() if name not in ("access_key", "secret_key")}
