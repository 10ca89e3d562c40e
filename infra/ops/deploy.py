"""Deploy and destroy all stacks of one environment, after showing their costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.foundation.node import prefer_own_node

prefer_own_node()

from infra.application import synthesise  # noqa: E402  (starts node)
from infra.foundation.arns import Arns  # noqa: E402
from infra.foundation.config import Config  # noqa: E402
from infra.ops import assets_key, regions  # noqa: E402
from infra.ops.costs import estimate  # noqa: E402
from infra.ops.diagnosis import failures  # noqa: E402
from infra.ops.stacks import copy_stack, leftovers  # noqa: E402
from infra.ops.stacks.names import stacks_of, stacks_of_domains  # noqa: E402
from infra.ops.takeover import delete_secret, take_over_secret  # noqa: E402
from infra.ops.teardown import delete_bucket, empty_bucket, existing, teardown_session  # noqa: E402
from lake.errors import CaudalError  # noqa: E402
from lake.model.discovery import load_domains  # noqa: E402
from lake.naming import Names  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
CDK = "aws-cdk@2.1148.1"
"""The CDK CLI that was tested; npx fetches it on first use."""
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
NOT_CREATED = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""States of a stack whose creation failed: the next deployment creates it anew."""
DELETE_FAILED = "DELETE_FAILED"
"""State of a stack that refuses every change but its deletion."""


class DeployError(CaudalError):
    """The deployment cannot start."""


class StepFailedError(DeployError):
    """A step of the deployment failed; earlier steps are done."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """An environment in an account and region.

    `run` runs a program and returns its exit code, `confirm` asks the user yes or no, `report` prints a line.
    """

    config: Config
    session: boto3.Session
    account: str
    region: str
    run: Callable[[Sequence[str]], int]
    confirm: Callable[[str], bool]
    report: Callable[[str], None] = field(default=print)

    @property
    def names(self) -> Names:
        return Names(env=self.config.env, account=self.account, region=self.region)

    def cdk(self, *words: str) -> None:
        """Run the CDK CLI. Raises StepFailedError if it fails."""
        command = ["npx", "--yes", CDK, *words]
        began = datetime.now(UTC)
        if self.run(command):
            raise self._failed(" ".join(command), began)

    def _failed(self, command: str, began: datetime) -> StepFailedError:
        """Return the error of a failed command, with the resource that CloudFormation could not change."""
        try:
            found = failures(self.session, self.names, reversed(self.stacks()), since=began)
        except (BotoCoreError, ClientError) as error:
            # What keeps us from asking, e.g. an expired session, most probably stopped the command too.
            return StepFailedError(
                f"`{command}` failed, and CloudFormation cannot be asked why ({error}).",
                hint="Its message is above. Sign in again if the session has expired; then run the command "
                "again: what is done stays done.",
            )
        if not found:
            return StepFailedError(
                f"`{command}` failed.",
                hint="Its message is above. Earlier steps stay done; run the command again.",
            )
        first = found[0]
        return StepFailedError(
            f"`{command}` failed: {first.resource or 'the stack'} is not deployed ({first.reason}).",
            where=f"stack {first.stack} ({first.status}), {self.region}",
            hint=first.remedy,
        )

    def stacks(self) -> list[str]:
        """Return the names of all stacks, those of domains first."""
        return stacks_of(self.config, self.names)


def identity(session: boto3.Session) -> tuple[str, str]:
    """Return account and region of the session. Raises DeployError if one is missing."""
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
    """Return whether the CDK's bucket and roles exist in the account and region."""
    parameters = target.session.client("ssm", region_name=target.region)
    try:
        parameters.get_parameter(Name=BOOTSTRAP_PARAMETER)
    except parameters.exceptions.ParameterNotFound:
        return False
    return True


def deploy(target: Target) -> None:
    """Show the stacks and their costs, ask for confirmation and deploy all stacks.

    Raises DeployError if the user declines, StepFailedError if the CDK CLI fails, AssetsKeyError if the jobs
    could not read their code.
    """
    with _synthesised(target) as outdir:
        _deploy(target, outdir)
    if target.config.serving:
        _explain_secret(target)


def _deploy(target: Target, outdir: Path) -> None:
    target.report(
        f"Environment {target.config.env} in account {target.account}, {target.region}: "
        f"{', '.join(reversed(target.stacks()))}"
    )
    target.report(estimate(outdir))
    for text in leftovers.warnings(target.session, target.names, target.config):
        target.report(text)
    regions.check(target.session, target.names, target.report)
    if not is_bootstrapped(target):
        target.report("The account is not bootstrapped for the CDK in this region: bootstrap it first.")
        _confirm(target, "Bootstrap and deploy?")
        target.cdk("bootstrap", f"aws://{target.account}/{target.region}", "--app", str(outdir))
    else:
        _confirm(target, "Deploy?")
    assets_key.check(
        target.session,
        account=target.account,
        region=target.region,
        configured=target.config.assets_key,
        report=target.report,
    )
    # Retained buckets and the secret outlive their stacks: a new deployment imports them.
    if target.config.serving and take_over_secret(
        target.session,
        outdir=outdir,
        stack=target.names.stack("serving"),
        secret=target.names.serving_secret,
    ):
        target.report(f"The secret {target.names.serving_secret} exists: imported with its value.")
    _deploy_stacks(target, outdir)


def _deploy_stacks(target: Target, outdir: Path) -> None:
    """Deploy all stacks, importing what an earlier deployment retained.

    The stack of the relational copy retains nothing, and has a nested stack and a transform: it is deployed
    without an import, between the stacks that it needs and the domains. Then their next execution loads.
    """
    options = ("--app", str(outdir), "--require-approval", "never")
    if not target.config.relational:
        target.cdk("deploy", "--all", *options, "--import-existing-resources")
        return
    copy = target.names.stack("relational")
    domains = [domain.name for domain in load_domains()]
    own = stacks_of_domains(target.config, target.names)
    shared = [stack for stack in target.stacks() if stack not in (*own, copy)]
    target.cdk("deploy", *shared, "--exclusively", *options, "--import-existing-resources")
    target.cdk("deploy", copy, "--exclusively", *options)
    target.cdk("deploy", *own, "--exclusively", *options, "--import-existing-resources")
    copy_stack.forget_loads(target.session, target.names, domains)


def _explain_secret(target: Target) -> None:
    target.report(
        "Write the serving store's endpoint and token to the secret, once: "
        f"aws secretsmanager put-secret-value --secret-id {target.names.serving_secret} --secret-string "
        '\'{"endpoint": "https://…", "token": "AstraCS:…"}\' (or edit it in the console, which leaves no '
        "token in the shell's history)."
    )


def destroy(target: Target) -> None:
    """Remove all stacks after confirmation. Buckets stay, unless environment and caller both allow deletion.

    The stacks of the relational copy and of the dashboards go too if an earlier deployment had them: without
    the leases its function could not stop the database, and dashboards cost without their lake. Raises
    DeployError if the user declines or the environment forbids deletion.
    """
    config = leftovers.included(target.session, target.names, target.config)
    target = replace(target, config=config)
    if config.delete_data and not config.disposable:
        raise DeployError(
            f"data of environment {config.env} cannot be deleted.",
            where="--delete-data",
            hint="Deletion takes two switches: the flag, and `disposable` in infra/foundation/config.py.",
        )
    buckets = existing(target.session, list(target.names.buckets.values()))
    fate = "DELETED with all versions" if config.destroys_data else "kept"
    target.report(
        f"Stacks to remove: {', '.join(target.stacks())}. Buckets are {fate}: {', '.join(buckets) or 'none'}."
    )
    _confirm(target, "Destroy?")
    with _synthesised(target) as outdir:
        *others, storage = target.stacks()
        target.cdk("destroy", *others, "--exclusively", "--force", "--app", str(outdir))
        if config.destroys_data and buckets:
            _empty(target, buckets, storage, outdir)
        target.cdk("destroy", storage, "--exclusively", "--force", "--app", str(outdir))
    if config.destroys_data:
        for bucket in existing(target.session, buckets):
            delete_bucket(target.session, bucket)
        delete_secret(target.session, target.names.serving_secret)


def _empty(target: Target, buckets: Sequence[str], storage: str, outdir: Path) -> None:
    """Delete all objects, in the role that may: the stack has it only while its data is being deleted.

    A stack that has gone, or cannot be deployed any more, gets no role. Its buckets' policies have gone too,
    or go now; then the caller may delete.
    """
    session = target.session
    if _takes_role(target, storage):
        target.cdk(
            "deploy", storage, "--exclusively", "--app", str(outdir),
            "--require-approval", "never", "--import-existing-resources",
        )  # fmt: skip
        partition = target.session.get_partition_for_region(target.region)
        role = Arns(names=target.names, partition=partition).role(target.names.teardown_role)
        session = teardown_session(target.session, role)
    else:
        for bucket in buckets:
            session.client("s3").delete_bucket_policy(Bucket=bucket)
    for bucket in buckets:
        empty_bucket(session, bucket)


def _takes_role(target: Target, storage: str) -> bool:
    """Return whether the storage stack can be deployed with the teardown role.

    A stack that does not exist cannot: CloudFormation imports no bucket that it shall delete with the stack.
    """
    client = target.session.client("cloudformation", region_name=target.region)
    try:
        status = client.describe_stacks(StackName=storage)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # There is no such stack.
            return False
        raise
    return status not in NOT_CREATED and status != DELETE_FAILED


def _confirm(target: Target, question: str) -> None:
    if not target.confirm(question):
        raise DeployError("stopped; nothing was changed.")


def _synthesised(target: Target) -> AbstractContextManager[Path]:
    return templates(target.config, account=target.account, region=target.region)


@contextmanager
def templates(config: Config, *, account: str | None, region: str | None) -> Iterator[Path]:
    """Yield a temporary folder with the templates of an environment; it is removed afterwards.

    They are checked by cdk-nag if the account is known.
    """
    with tempfile.TemporaryDirectory(prefix="caudal-") as scratch:
        yield synthesise(
            Path(scratch) / "cdk.out",
            config=config,
            root=ROOT,
            account=account,
            region=region,
            domains=load_domains(),
            nag=account is not None,
        )
