"""`caudal demo`: the whole product on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, failing_with
from cli.options import DEFAULT_HOME, LocalEnv, LocalHome, examples

EXAMPLES = examples("caudal demo", "caudal demo --landing my_files --home /tmp/lake")


def demo(
    landing: Annotated[
        Path, typer.Option(help="Folder whose <domain>/** is uploaded.", metavar="DIR")
    ] = Path("sample_data"),
    home: LocalHome = DEFAULT_HOME,
    env: LocalEnv = "dev",
) -> None:
    """Deploy locally, upload a landing folder, run the pipelines and answer the business questions."""
    from demo.run import Demo

    with failing_with(NEEDS_ATTENTION):
        succeeded = Demo(home, env, Console()).run(landing)
    if not succeeded:
        raise typer.Exit(NEEDS_ATTENTION)
