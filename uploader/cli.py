"""The command line: options in, one upload, a summary, an exit code out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from lake.errors import CaudalError
from lake.model.discovery import load_domain
from uploader.display import Bar, show
from uploader.engine import upload
from uploader.session import connect

ALL_THERE, NOT_ALL_THERE, IMPOSSIBLE = 0, 1, 2

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    domain: Annotated[str, typer.Option(help="The domain that the files belong to.", show_default=False)],
    env: Annotated[
        str | None, typer.Option(help="Environment; dev unless the local runtime says else.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.", envvar="AWS_PROFILE")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
    local: Annotated[
        Path | None,
        typer.Option(help="Home folder of a local runtime, instead of AWS.", envvar="CAUDAL_HOME"),
    ] = None,
    assume: Annotated[
        bool, typer.Option(help="Take the uploader's role, or use the credentials as they are.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Upload what is there already, as a new version.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Files at a time.")] = 8,
) -> None:
    """Bring CSV drops and event files into the raw bucket.

    The table of a file is recognised by its name and its header. What is there already is skipped.
    Exit code 0: everything is there; 1: some file is not, or will be quarantined; 2: nothing was done.
    """
    console, errors = Console(), Console(stderr=True)
    try:
        target = connect(env=env, profile=profile, region=region, local=local, assume=assume, jobs=jobs)
        with Bar(console) as bar:
            report = upload(
                paths,
                load_domain(domain),
                client=target.client,
                names=target.names,
                again=again,
                dry_run=dry_run,
                jobs=jobs,
                progress=bar,
            )
    except CaudalError as error:
        errors.print(f"[red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(IMPOSSIBLE) from error
    show(report, console)
    raise typer.Exit(ALL_THERE if report.is_complete else NOT_ALL_THERE)
