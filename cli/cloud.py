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
from cli.options import DEFAULT_HOME, PROJECT, AsJson, Profile, Region, StackEnv, examples, print_json
from lake.errors import CaudalError
from lake.naming import AVAILABLE_NOW, CONTINUOUS

if TYPE_CHECKING:
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

AlarmEmail = Annotated[
    str | None, typer.Option(help="Address that is subscribed to the notifications of every domain.")
]
StreamTrigger = Annotated[
    str, typer.Option(help=f"{AVAILABLE_NOW} runs on a schedule; {CONTINUOUS} is billed all the time.")
]
Crawl = Annotated[
    str, typer.Option(help="Executions that crawl: drops (with new partitions), always, never.")
]
Serving = Annotated[
    str, typer.Option(metavar="DATABASE", help="Serve gold from this database; its secret is created.")
]
JobMetrics = Annotated[
    bool, typer.Option("--job-metrics", help="Send Glue's metrics of every job run, billed by run.")
]
EncryptedLogs = Annotated[
    bool, typer.Option("--encrypted-logs", help="Encrypt logs with a key of each domain, at $1 a month each.")
]
AssetsKey = Annotated[
    str, typer.Option(metavar="ARN", help="Key with which the CDK bootstrap encrypts assets, if it is yours.")
]
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


def costs(
    env: StackEnv = "dev",
    stream_trigger: StreamTrigger = AVAILABLE_NOW,
    crawl: Crawl = "drops",
    serving: Serving = "",
    encrypted_logs: EncryptedLogs = False,
    job_metrics: JobMetrics = False,
    measured: Annotated[
        Path | None,
        typer.Option(help="Report of `caudal accept`; by default its last one.", metavar="FILE"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimate the costs of an environment, from its templates and list prices; no account is needed.

    Where `caudal accept` has measured an environment, the prediction stands beside what it measured.
    """
    from acceptance.report import read_usage, report_file
    from infra.ops.costs import against, estimate, sections
    from infra.ops.deploy import templates

    config = _config(
        env,
        stream_trigger=stream_trigger,
        crawl=crawl,
        serving=serving,
        encrypted_logs=encrypted_logs,
        job_metrics=job_metrics,
    )
    region = os.environ.get("AWS_REGION", "us-east-1") if serving else None
    file = measured or report_file(DEFAULT_HOME, env)
    usage = read_usage(file) if measured or file.exists() else {}
    with ExitStack() as stack:
        with Console(stderr=True).status("Synthesising …"):
            outdir = stack.enter_context(templates(config, account=None, region=region))
        if as_json:
            print_json({each.key: [asdict(line) for line in each.lines] for each in sections(outdir)})
            return
        typer.echo(estimate(outdir))
        if usage:
            typer.echo(against({name: (used.runs, used.dollars) for name, used in usage.items()}, outdir))


def deploy(
    env: StackEnv = "dev",
    profile: Profile = None,
    region: Region = None,
    alarm_email: AlarmEmail = None,
    stream_trigger: StreamTrigger = AVAILABLE_NOW,
    crawl: Crawl = "drops",
    serving: Serving = "",
    encrypted_logs: EncryptedLogs = False,
    job_metrics: JobMetrics = False,
    assets_key: AssetsKey = "",
    yes: Yes = False,
) -> None:
    """Show the needs and costs of an environment, ask for confirmation, then deploy all of its stacks."""
    from infra.ops.deploy import DeployError
    from infra.ops.deploy import deploy as deploy_stacks

    config = _config(
        env,
        stream_trigger=stream_trigger,
        crawl=crawl,
        serving=serving,
        alarm_email=alarm_email,
        encrypted_logs=encrypted_logs,
        job_metrics=job_metrics,
        assets_key=assets_key,
    )
    typer.echo(NEEDS)
    try:
        target = _target(config, profile, region, yes)
    except DeployError:
        # The estimate needs no account.
        costs(
            env=env,
            stream_trigger=stream_trigger,
            crawl=crawl,
            serving=serving,
            encrypted_logs=encrypted_logs,
            job_metrics=job_metrics,
        )
        raise
    _run(deploy_stacks, target)


def destroy(
    env: StackEnv = "dev",
    profile: Profile = None,
    region: Region = None,
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Delete the buckets too, where the environment allows it.")
    ] = False,
    stream_trigger: StreamTrigger = AVAILABLE_NOW,
    crawl: Crawl = "drops",
    serving: Serving = "",
    yes: Yes = False,
) -> None:
    """Remove all stacks of an environment. Buckets and their data stay unless two switches say otherwise."""
    from infra.ops.deploy import destroy as destroy_stacks

    config = _config(
        env, stream_trigger=stream_trigger, crawl=crawl, serving=serving, delete_data=delete_data
    )
    typer.echo(NEEDS)
    _run(destroy_stacks, _target(config, profile, region, yes))


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
