"""`caudal upload` and `upload_files.py`: bring files into the raw bucket."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import DONE, NEEDS_ATTENTION, NOT_DONE, failing_with
from cli.options import AsJson, Assume, Domain, Env, Profile, Region, examples, print_json

EXAMPLES = examples(
    "caudal upload drops/2025-08 --domain DOMAIN",
    "caudal upload FILE.csv --domain DOMAIN --dry-run",
    "caudal upload drops/2025-08 --domain DOMAIN --home .local",
)

HomeOrLocal = Annotated[
    Path | None,
    typer.Option(
        "--home",
        "--local",
        envvar="CAUDAL_HOME",
        help="Folder of a running local cloud, instead of AWS.",
        metavar="DIR",
    ),
]
"""`--local` is the older name, which the client's scripts use."""


def upload_files(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    domain: Domain,
    env: Env = None,
    profile: Profile = None,
    region: Region = None,
    home: HomeOrLocal = None,
    assume: Assume = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be uploaded.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Upload known files too, as a new version.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Files at a time.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Bring CSV drops and event files into the raw bucket.

    The table of a file is recognised by its name and its header. Known files are skipped.
    Exit code 0: every file is there; 1: a file is not, or will be quarantined; 2: nothing was uploaded.
    """
    from lake.model.discovery import load_domain
    from uploader import upload
    from uploader.display import Bar, show
    from uploader.session import connect

    console = Console(stderr=as_json)
    with failing_with(NOT_DONE):
        target = connect(env=env, profile=profile, region=region, local=home, assume=assume, jobs=jobs)
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
    if as_json:
        print_json([{**asdict(outcome), "status": outcome.status.value} for outcome in report.outcomes])
    else:
        show(report, console)
    raise typer.Exit(DONE if report.is_complete else NEEDS_ATTENTION)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command(epilog=EXAMPLES.replace("caudal upload", "python upload_files.py"))(upload_files)
