"""`caudal demo`: the whole product on this machine."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, ending_as_by_ctrl_c, failing_with
from cli.options import DEFAULT_HOME, PROJECT, LocalHome, StackEnv, examples
from lake.errors import CaudalError

EXAMPLES = examples(
    "caudal demo", "caudal demo --landing my_files --home /tmp/lake", "caudal demo --live --pace 2"
)


def demo(
    landing: Annotated[
        Path, typer.Option(help="Folder whose <domain>/** is uploaded.", metavar="DIR")
    ] = PROJECT / "sample_data",
    home: LocalHome = DEFAULT_HOME,
    env: StackEnv = "dev",
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Hold back the last two days of events, show the dashboards, and play these into a stream. "
            "Without --home nothing is kept.",
        ),
    ] = False,
    pace: Annotated[
        float, typer.Option(min=0.01, max=3600, help="With --live: hours of events a second.")
    ] = 1.0,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --live: port of the dashboards; 0 takes a free one.")
    ] = 8600,
) -> None:
    """Deploy locally, upload a landing folder, run the pipelines and answer the business questions."""
    from infra.foundation.config import config_for

    config_for(env)
    if not landing.is_dir():
        raise CaudalError(
            f"there is no folder '{landing}'.",
            where="--landing",
            hint="Its files lie in <domain>/.",
        )
    with ExitStack() as kept:
        if live and home == DEFAULT_HOME:
            home = Path(kept.enter_context(TemporaryDirectory(prefix="caudal-live-")))
        home.mkdir(parents=True, exist_ok=True)
        with failing_with(NEEDS_ATTENTION), ending_as_by_ctrl_c():
            from demo.early import early_workers

            workers = kept.enter_context(early_workers(home, env, landing))
            from demo.live import LiveDemo
            from demo.run import Demo

            console = Console()
            run = (
                LiveDemo(home, env, console, workers, pace=pace, port=port)
                if live
                else Demo(home, env, console, workers)
            )
            succeeded = run.run(landing)
    if not succeeded:
        raise typer.Exit(NEEDS_ATTENTION)
