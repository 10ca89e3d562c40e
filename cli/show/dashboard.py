"""`caudal dashboard`: the dashboards in a browser, or as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, show
from cli.options import DEFAULT_HOME, Assume, Env, Home, Profile, Region, examples

EXAMPLES = examples(
    "caudal dashboard",
    "caudal dashboard --home /tmp/lake --port 8700",
    "caudal dashboard --profile NAME --env prod",
    "caudal dashboard --export reports",
)

PORT = 8600


def dashboard(
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: Home = None,
    assume: Assume = True,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.")
    ] = PORT,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", help="Write self-contained HTML files there, and serve nothing.", metavar="DIR"
        ),
    ] = None,
) -> None:
    """Show the dashboards of all domains in a browser, on this machine alone.

    Without --home and --profile the local cloud of .local is used if it runs, otherwise the account.
    """
    from dashboard.connection import connect
    from dashboard.export import problems, write
    from dashboard.server import serve
    from lake.model.discovery import load_domains
    from localcloud import daemon

    console = Console()
    left_out: list[str] = []

    def leave_out(line: str) -> None:
        left_out.append(line)
        Console(stderr=True).print(line, highlight=False, markup=False, soft_wrap=True)

    if home is None and profile is None and daemon.read_status(DEFAULT_HOME.resolve()) is not None:
        home = DEFAULT_HOME
    site = connect(
        load_domains(),
        env=env,
        profile=profile,
        region=region,
        home=home,
        assume=assume,
        report=leave_out,
    )
    if export is not None:
        for file in write(site, export):
            console.print(f"{file}  {file.stat().st_size / 1e6:.1f} MB", highlight=False, soft_wrap=True)
        lacking = problems(site)
        for each in lacking:
            show(each)
        if lacking or left_out:
            raise typer.Exit(NEEDS_ATTENTION)
        return
    serve(
        site, port, lambda address: console.print(f"Dashboards at {address}  (Ctrl-C ends)", highlight=False)
    )
