"""`caudal accept`: the sample goes through a deployed environment, and every result is compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.cloud import Yes, destroy_stacks
from cli.exits import NEEDS_ATTENTION, failing_with
from cli.options import (
    DEFAULT_HOME,
    PROJECT,
    Chosen,
    LocalHome,
    Profile,
    Region,
    StackEnv,
    examples,
    takes_switches,
)
from lake.errors import CaudalError

EXAMPLES = examples(
    "caudal accept --env dev --profile my-account",
    "caudal accept --env dev --landing my_files --destroy",
)


@takes_switches
def accept(
    env: StackEnv = "dev",
    profile: Profile = None,
    region: Region = None,
    landing: Annotated[
        Path, typer.Option(help="Folder whose <domain>/** is uploaded.", metavar="DIR")
    ] = PROJECT / "sample_data",
    home: LocalHome = DEFAULT_HOME,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Destroy a disposable environment afterwards, data included.")
    ] = False,
    switches: Chosen = None,
    yes: Yes = False,
) -> None:
    """Upload the sample to deployed stacks, run everything, and compare with a local run.

    Every gold table and every question is compared, and time and cost of each job are shown. An environment
    that holds other data is refused. A second call goes on where the first one stopped. `--destroy`
    takes the switches of the deployment.
    """
    from acceptance.report import ACCEPTANCE, report_file, show
    from acceptance.run import Acceptance
    from infra.foundation.config import config_for

    config = config_for(env, delete_data=destroy, **(switches or {}))
    if destroy and not config.disposable:
        raise CaudalError(
            f"data of environment {env} cannot be deleted.",
            where="--destroy",
            hint="Leave out --destroy, or accept an environment that is `disposable`.",
        )
    console = Console()
    acceptance = Acceptance(
        env=env, landing=landing, work=home / ACCEPTANCE, console=console, profile=profile, region=region
    )
    acceptance.check()
    with failing_with(NEEDS_ATTENTION):
        report = acceptance.run()
    file = report_file(home, env)
    report.write(file)
    show(report, console)
    console.print(f"Report: {file}", highlight=False)
    if destroy:
        destroy_stacks(config, profile, region, yes)
    if report.differences:
        with failing_with(NEEDS_ATTENTION):
            raise CaudalError(
                f"{len(report.differences)} of {len(report.comparisons)} results differ from the local run.",
                where=f"environment {env}",
                hint="The tables above name each with an example.",
            )
