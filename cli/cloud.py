"""`caudal synth`, `costs`, `deploy`, `destroy`: the stacks on AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from cli.exits import NEEDS_ATTENTION, failing_with
from cli.options import (
    DEFAULT_HOME,
    PROJECT,
    AsJson,
    Chosen,
    Profile,
    Region,
    StackEnv,
    examples,
    print_json,
    takes_switches,
)
from lake.errors import CaudalError

if TYPE_CHECKING:
    from acceptance.measured import Usage
    from infra.foundation.config import Config
    from infra.ops.deploy import Target

SYNTH_EXAMPLES = examples("caudal synth", "caudal synth --env prod -c serving=my_database --out templates")
COSTS_EXAMPLES = examples("caudal costs --env prod", "caudal costs --stream-trigger continuous --json")
DEPLOY_EXAMPLES = examples(
    "caudal deploy --env dev --profile my-account",
    "caudal deploy --env prod --alarm-email team@example.com --serving my_database",
)
DESTROY_EXAMPLES = examples("caudal destroy --env dev", "caudal destroy --env dev --delete-data")

NEEDS = (
    "Needed: AWS credentials that may create IAM roles (--profile or the environment), a region, and the "
    "network for the CDK CLI (npx); the CDK bootstrap of account and region is made if it is missing."
)

Yes = Annotated[bool, typer.Option("--yes", help="Answer every question with yes.")]


def synth(
    env: StackEnv = "dev",
    context: Annotated[
        list[str] | None,
        typer.Option("--context", "-c", metavar="KEY=VALUE", help="CDK context, as of app.py; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the templates.", metavar="DIR")] = Path("cdk.out"),
) -> None:
    """Write the CloudFormation templates of an environment."""
    _config(env)
    for pair in context or ():
        if "=" not in pair:
            raise CaudalError(
                f"'{pair}' is not KEY=VALUE.", where="--context", hint="See app.py for the keys."
            )
    out.mkdir(parents=True, exist_ok=True)
    pairs = [part for pair in (f"env={env}", *(context or ())) for part in ("-c", pair)]
    command = [sys.executable, str(PROJECT / "app.py"), *pairs, "-o", str(out.resolve())]
    if subprocess.run(command, cwd=PROJECT, check=False).returncode:
        raise CaudalError("synthesis failed.", where="app.py", hint="Its message is above.")
    typer.echo(f"Templates of {env}: {out}")


@takes_switches
def costs(
    env: StackEnv = "dev",
    switches: Chosen = None,
    measured: Annotated[
        Path | None,
        typer.Option(help="Report of `caudal accept`; by default its last one.", metavar="FILE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the costs of an environment, from its templates and list prices; no account is needed.

    Where `caudal accept` has measured an environment, the prediction stands beside what it measured.
    """
    _estimate(_config(env, **(switches or {})), _measured(env, measured), as_json)


def _measured(env: str, file: Path | None = None) -> dict[str, Usage]:
    """Return what the jobs used in a report of `caudal accept`, by default the last one, if there is one."""
    from acceptance.report import read_usage, report_file

    last = report_file(DEFAULT_HOME, env)
    return read_usage(file or last) if file or last.exists() else {}


def _estimate(config: Config, usage: dict[str, Usage], as_json: bool) -> None:
    """Print the costs of a configuration, beside those of the jobs that were measured, by name."""
    from infra.ops.costs import against, estimate, sections
    from infra.ops.deploy import templates

    region = os.environ.get("AWS_REGION", "us-east-1") if config.serving else None
    with ExitStack() as stack:
        with Console(stderr=True).status("Synthesising …"):
            outdir = stack.enter_context(templates(config, account=None, region=region))
        if as_json:
            print_json({each.key: [asdict(line) for line in each.lines] for each in sections(outdir)})
            return
        typer.echo(estimate(outdir))
        if usage:
            typer.echo(against({name: (used.runs, used.dollars) for name, used in usage.items()}, outdir))


@takes_switches
def deploy(
    env: StackEnv = "dev",
    profile: Profile = None,
    region: Region = None,
    switches: Chosen = None,
    yes: Yes = False,
) -> None:
    """Show the needs and costs of an environment, ask for confirmation, then deploy all of its stacks."""
    from infra.ops.deploy import DeployError
    from infra.ops.deploy import deploy as deploy_stacks

    config = _config(env, **(switches or {}))
    typer.echo(NEEDS)
    try:
        target = _target(config, profile, region, yes)
    except DeployError:
        # The estimate needs no account.
        _estimate(config, _measured(env), as_json=False)
        raise
    _run(deploy_stacks, target)


@takes_switches
def destroy(
    env: StackEnv = "dev",
    profile: Profile = None,
    region: Region = None,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Delete the buckets too, where the environment allows it.")
    ] = False,
    switches: Chosen = None,
    yes: Yes = False,
) -> None:
    """Remove all stacks of an environment. Buckets and their data stay unless two switches say otherwise."""
    destroy_stacks(_config(env, delete_data=delete_data, **(switches or {})), profile, region, yes)


def destroy_stacks(config: Config, profile: str | None, region: str | None, yes: bool) -> None:
    """Remove the stacks of an environment in the caller's account."""
    from infra.ops.deploy import destroy as destroy_all

    typer.echo(NEEDS)
    _run(destroy_all, _target(config, profile, region, yes))


def _config(env: str, **switches: Any) -> Config:
    from infra.foundation.config import config_for

    return config_for(env, **switches)


def _target(config: Config, profile: str | None, region: str | None, yes: bool) -> Target:
    """Return the environment in the caller's account. Raises DeployError without credentials or region."""
    import boto3

    from infra.ops.deploy import Target, identity
    from uploader.errors import explained

    with explained("sign-in"):
        session = boto3.Session(profile_name=profile, region_name=region)
    account, found_region = identity(session)
    environment = {**os.environ, "AWS_REGION": found_region, "CDK_DISABLE_LEGACY_EXPORT_WARNING": "1"}
    if profile:
        environment["AWS_PROFILE"] = profile
    return Target(
        config=config,
        session=session,
        account=account,
        region=found_region,
        run=lambda command: subprocess.run(command, env=environment, check=False).returncode,
        confirm=(lambda question: True) if yes else typer.confirm,
        report=typer.echo,
    )


def _run(action: Callable[[Target], None], target: Target) -> None:
    """Deploy or destroy; a step that fails after others were done exits with NEEDS_ATTENTION."""
    from infra.ops.deploy import StepFailedError

    try:
        action(target)
    except StepFailedError as error:
        with failing_with(NEEDS_ATTENTION):
            raise error
