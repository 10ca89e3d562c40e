"""`python -m infra.ops.deploy [destroy]`: what it takes, what it costs, then every stack of one environment."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.application import synthesise  # noqa: E402  (starts node)
from infra.foundation.config import AVAILABLE_NOW, CONFIGS, TRIGGERS, Config, config_for  # noqa: E402
from infra.ops.costs import estimate  # noqa: E402
from infra.ops.teardown import delete_bucket, empty_bucket, existing  # noqa: E402
from lake.errors import CaudalError  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402
from lake.naming import Names  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CDK = "aws-cdk@2.1148.1"
"""The CDK CLI that was tested; npx fetches it on first use."""
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


class DeployError(CaudalError):
    """The deployment cannot start, or a step of it failed."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An environment in an account and region, and the programs and questions it is reached with."""

    config: Config
    session: boto3.Session
    account: str
    region: str
    run: Callable[[Sequence[str]], int]
    ask: Callable[[str], bool]
    say: Callable[[str], None] = field(default=print)

    @property
    def names(self) -> Names:
        return Names(env=self.config.env, account=self.account, region=self.region)

    def cdk(self, *words: str) -> None:
        """Runs the CDK CLI. Raises DeployError if it fails."""
        command = ["npx", "--yes", CDK, *words]
        if self.run(command):
            raise DeployError(
                f"`{' '.join(command)}` failed.", hint="Its own message is above; what was done stays done."
            )

    def stacks(self) -> list[str]:
        """Names of all stacks, domains first."""
        shared = ("serving", "athena", "storage") if self.config.serving else ("athena", "storage")
        own = [self.names.stack(name) for name in shared]
        return [*(self.names.stack(domain.name) for domain in load_domains()), *own]


def identity(session: boto3.Session) -> tuple[str, str]:
    """Account and region of the session. Raises DeployError where one is missing."""
    region = session.region_name
    if not region:
        raise DeployError("no AWS region is set.", hint="Pass --region, or set AWS_REGION.")
    try:
        account = session.client("sts", region_name=region).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise DeployError(
            f"no usable AWS credentials ({error}).",
            hint="Pass --profile, or sign in (`aws sso login`, AWS_ACCESS_KEY_ID, …).",
        ) from error
    return account, region


def is_bootstrapped(target: Target) -> bool:
    """Whether the CDK's bucket and roles exist in the account and region."""
    parameters = target.session.client("ssm", region_name=target.region)
    try:
        parameters.get_parameter(Name=BOOTSTRAP_PARAMETER)
    except parameters.exceptions.ParameterNotFound:
        return False
    return True


def deploy(target: Target) -> None:
    """Says what will be there and what it costs, asks, then deploys all stacks."""
    outdir = _synthesise(target)
    target.say(
        f"Environment {target.config.env} in account {target.account}, {target.region}: "
        f"{', '.join(reversed(target.stacks()))}"
    )
    target.say(estimate(outdir))
    if not is_bootstrapped(target):
        target.say("The account is not bootstrapped for the CDK in this region; that comes first.")
        _ask(target, "Bootstrap and deploy?")
        target.cdk("bootstrap", f"aws://{target.account}/{target.region}", "--app", str(outdir))
    else:
        _ask(target, "Deploy?")
    # Buckets outlive their stack: a new deployment takes over those that an earlier one left behind.
    target.cdk(
        "deploy", "--all", "--app", str(outdir), "--require-approval", "never", "--import-existing-resources"
    )
    if target.config.serving:
        _tell_secret(target)


def _tell_secret(target: Target) -> None:
    target.say(
        "Put the serving store's address in, once: aws secretsmanager put-secret-value --secret-id "
        f"{target.names.serving_secret} --secret-string "
        '\'{"endpoint": "https://…", "token": "AstraCS:…"}\' (or edit it in the console, which leaves no '
        "token in the shell's history)."
    )


def destroy(target: Target) -> None:
    """Removes all stacks. Data stays, unless environment and caller both say that it may go."""
    config = target.config
    if config.delete_data and not config.disposable:
        raise DeployError(
            f"environment {config.env} does not give up its data.",
            where="--delete-data",
            hint="Deleting takes two switches: the flag, and `disposable` in infra/foundation/config.py.",
        )
    names = target.names
    buckets = existing(target.session, _buckets(names))
    fate = "DELETED with all versions" if config.destroys_data else "kept"
    target.say(f"Stacks {', '.join(target.stacks())} go. Buckets are {fate}: {', '.join(buckets) or 'none'}.")
    _ask(target, "Destroy?")
    outdir = _synthesise(target)
    *others, storage = target.stacks()
    target.cdk("destroy", *others, "--exclusively", "--force", "--app", str(outdir))
    if config.destroys_data:
        for bucket in buckets:
            empty_bucket(target.session, bucket)
    target.cdk("destroy", storage, "--exclusively", "--force", "--app", str(outdir))
    if config.destroys_data:
        for bucket in existing(target.session, buckets):
            delete_bucket(target.session, bucket)


def _buckets(names: Names) -> list[str]:
    # The log bucket last: emptying the others still writes to it.
    return [
        names.raw_bucket,
        names.processed_bucket,
        names.curated_bucket,
        names.athena_bucket,
        names.artifacts_bucket,
        names.logs_bucket,
    ]


def _ask(target: Target, question: str) -> None:
    if not target.ask(question):
        raise DeployError("stopped; nothing was changed.")


def _synthesise(target: Target) -> Path:
    return _templates(target.config, account=target.account, region=target.region)


def _templates(config: Config, *, account: str | None, region: str | None) -> Path:
    return synthesise(
        Path(tempfile.mkdtemp(prefix="caudal-")) / "cdk.out",
        config=config,
        root=ROOT,
        account=account,
        region=region,
        domains=load_domains(),
        nag=account is not None,
    )


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.ops.deploy",
        description=__doc__,
    )
    parser.add_argument("action", nargs="?", choices=("deploy", "destroy"), default="deploy")
    parser.add_argument("--env", choices=sorted(CONFIGS), default="dev")
    parser.add_argument("--profile", help="AWS profile")
    parser.add_argument("--region", help="AWS region")
    parser.add_argument("--alarm-email", help="subscribes this address to every domain's topic")
    parser.add_argument(
        "--stream-trigger", choices=TRIGGERS, default=AVAILABLE_NOW, help="continuous is billed all the time"
    )
    parser.add_argument(
        "--serving", default="", metavar="DATABASE", help="serve gold from this database; its secret is made"
    )
    parser.add_argument("--delete-data", action="store_true", help="with destroy: the second switch")
    parser.add_argument("--yes", action="store_true", help="answers every question with yes")
    return parser.parse_args(argv)


NEEDS = f"""Needed: AWS credentials that may create IAM roles (--profile or the environment), a region, the
network for `npx {CDK}`; the CDK bootstrap of account and region is made if it is missing."""


def _identified(session: boto3.Session, options: argparse.Namespace) -> tuple[str, str]:
    print(NEEDS)
    try:
        return identity(session)
    except DeployError:
        # Who only wants to know what it would cost needs no account.
        if options.action == "deploy":
            config = _config(options)
            print(estimate(_templates(config, account=None, region=None)))
        raise


def _config(options: argparse.Namespace) -> Config:
    return config_for(
        options.env,
        alarm_email=options.alarm_email,
        delete_data=options.delete_data,
        stream_trigger=options.stream_trigger,
        serving=options.serving,
    )


def _confirm(question: str) -> bool:
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def main(argv: Sequence[str]) -> int:
    """Deploys or destroys; 0 if it did, 1 with a message if not."""
    options = _arguments(argv)
    try:
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
        account, region = _identified(session, options)
        environment = {**os.environ, "AWS_REGION": region, "CDK_DISABLE_LEGACY_EXPORT_WARNING": "1"}
        if options.profile:
            environment["AWS_PROFILE"] = options.profile
        target = Target(
            config=_config(options),
            session=session,
            account=account,
            region=region,
            run=lambda command: subprocess.run(command, env=environment, check=False).returncode,
            ask=(lambda question: True) if options.yes else _confirm,
        )
        {"deploy": deploy, "destroy": destroy}[options.action](target)
    except (CaudalError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
