"""`caudal demo`: the whole product on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, ending_as_by_ctrl_c, failing_with
from cli.options import DEFAULT_HOME, PROJECT, LocalHome, StackEnv, examples
from lake.errors import CaudalError

EXAMPLES = examples("caudal demo", "caudal demo --landing my_files --home /tmp/lake")


def demo(
    landing: Annotated[
        Path, typer.Option(help="Folder whose <domain>/** is uploaded.", metavar="DIR")
    ] = PROJECT / "sample_data",
    home: LocalHome = DEFAULT_HOME,
    env: StackEnv = "dev",
) -> None:
    """Deploy locally, upload a landing folder, run the pipelines and answer the business questions."""
    from demo.run import Demo
    from infra.foundation.config import config_for

    config_for(env)
    if not landing.is_dir():
        raise CaudalError(
            f"there is no folder '{landing}'.",
            where="--landing",
            hint="Its files lie in <domain>/.",
        )
    home.mkdir(parents=True, exist_ok=True)
    with failing_with(NEEDS_ATTENTION), ending_as_by_ctrl_c():
        succeeded = Demo(home, env, Console()).run(landing)
    if not succeeded:
        raise typer.Exit(NEEDS_ATTENTION)
