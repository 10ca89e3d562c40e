"""The root of the command line: `caudal COMMAND`."""

from __future__ import annotations

import atexit
import os
import sys
import tomllib
from typing import Annotated, NoReturn

import typer

from cli import accept, ask, bench, cloud, demo, docs, lint, local, quarantine, sample, upload
from cli.exits import Commands
from cli.model.app import app as model
from cli.options import PROJECT, examples
from cli.relational import sql
from cli.show import dashboard
from cli.steward import reingest, withdraw
from localcloud.daemon import look_for_garbage_seldom

app = typer.Typer(
    name="caudal",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run, load, query and deploy the lakehouse, on this machine or on AWS.",
    epilog=examples(
        "caudal demo",
        "caudal up && caudal upload sample_data/DOMAIN --domain DOMAIN --home .local",
        "caudal deploy --env dev",
        "Exit codes: 0 done; 1 done in part, see the output; 2 not done, nothing was changed; "
        "3 no local cloud runs.",
    ),
)

_LOCAL, _DATA, _AWS, _PROJECT = "On this machine", "Data", "On AWS", "The project itself"

app.command(rich_help_panel=_LOCAL, epilog=demo.EXAMPLES)(demo.demo)
app.command(rich_help_panel=_LOCAL, epilog=local.UP_EXAMPLES)(local.up)
app.command(rich_help_panel=_LOCAL, epilog=local.STATUS_EXAMPLES)(local.status)
app.command(rich_help_panel=_LOCAL, epilog=local.ENV_EXAMPLES)(local.env)
app.command(rich_help_panel=_LOCAL, epilog=local.DOWN_EXAMPLES)(local.down)
app.command("upload", rich_help_panel=_DATA, epilog=upload.EXAMPLES)(upload.upload_files)
app.add_typer(ask.app, name="ask", rich_help_panel=_DATA)
app.command(rich_help_panel=_DATA, epilog=dashboard.EXAMPLES)(dashboard.dashboard)
app.command(rich_help_panel=_DATA, epilog=sql.EXAMPLES)(sql.sql)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=_DATA)
app.command(rich_help_panel=_DATA, epilog=quarantine.RELEASE_EXAMPLES)(quarantine.release)
app.command(rich_help_panel=_DATA, epilog=withdraw.EXAMPLES)(withdraw.withdraw)
app.command(rich_help_panel=_DATA, epilog=reingest.EXAMPLES)(reingest.reingest)
app.add_typer(model, name="model", rich_help_panel=_DATA)
app.command(rich_help_panel=_AWS, epilog=cloud.SYNTH_EXAMPLES)(cloud.synth)
app.command(rich_help_panel=_AWS, epilog=cloud.COSTS_EXAMPLES)(cloud.costs)
app.command(rich_help_panel=_AWS, epilog=cloud.DEPLOY_EXAMPLES)(cloud.deploy)
app.command(rich_help_panel=_AWS, epilog=cloud.DESTROY_EXAMPLES)(cloud.destroy)
app.command(rich_help_panel=_AWS, epilog=accept.EXAMPLES)(accept.accept)
app.command(rich_help_panel=_PROJECT, epilog=docs.EXAMPLES)(docs.docs)
app.command(rich_help_panel=_PROJECT, epilog=lint.EXAMPLES)(lint.lint)
app.add_typer(sample.app, name="sample", rich_help_panel=_PROJECT)
app.command(rich_help_panel=_PROJECT, epilog=bench.EXAMPLES)(bench.bench)


def _version(wanted: bool) -> None:
    if wanted:
        project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        typer.echo(f"caudal {project['version']}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hold the options of `caudal` itself."""


def main() -> None:
    """Run `caudal` with the arguments of this process, and end the process."""
    look_for_garbage_seldom()
    try:
        app(prog_name="caudal")
    except SystemExit as ending:
        if not isinstance(ending.code, int):
            raise
        end_at_once(ending.code)


def end_at_once(code: int) -> NoReturn:
    """End this process with an exit code, after what is registered for its end.

    Python would look for garbage among a million objects, and free them one by one, for more than a second.
    """
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
