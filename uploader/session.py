"""Sign in to an AWS account or a local cloud, and take the role that the caller needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ClientError

from lake.naming import Names
from uploader.errors import UploadError, explain, explained, is_about_credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sts import STSClient

STATUS_FILE = "status.json"
"""File in which a local cloud records its endpoint and credentials."""

_STATUS_FIELDS = ("endpoint", "region", "access_key", "secret_key", "env")


@dataclass(frozen=True, kw_only=True)
class Target:
    """An environment by its `names`, an S3 client with the role's permissions, and the caller's ARN."""

    client: S3Client
    names: Names
    caller: str


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A session with the permissions of a role or of the caller, and the options of its clients."""

    session: boto3.Session
    options: dict[str, Any]
    names: Names
    caller: str


def _uploader(names: Names) -> str:
    return names.uploader_role


def connect(
    *,
    env: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    local: Path | None = None,
    assume: bool = True,
    jobs: int = 8,
    role: Callable[[Names], str] = _uploader,
    program: str = "upload-files",
) -> Target:
    """Sign in and return the target. With `assume`, its client has a role: by default the uploader's.

    `program` names the role's session, so that CloudTrail and Athena's history say what called.

    Only the uploader's role may write raw. `local` is the home folder of a running local cloud, whose
    status file holds the endpoint and credentials; otherwise `profile` and `region` choose the account.
    Raises UploadError without credentials, for an endpoint that does not answer, or for a role that the
    caller may not take.
    """
    signed = sign_in(
        env=env, profile=profile, region=region, local=local, assume=assume, jobs=jobs, role=role,
        program=program,
    )  # fmt: skip
    with explained("S3"):
        client = signed.session.client("s3", **signed.options)
    return Target(client=client, names=signed.names, caller=signed.caller)


def sign_in(
    *,
    env: str | None,
    profile: str | None,
    region: str | None,
    local: Path | None,
    assume: bool,
    role: Callable[[Names], str],
    program: str,
    jobs: int = 8,
) -> Signed:
    """Sign in as `connect` does, and return the session instead of a client. Raises UploadError alike."""
    session, options, env = session_for(env=env, profile=profile, region=region, local=local)
    retries: Any = {"mode": "standard", "max_attempts": 5}
    options["config"] = Config(max_pool_connections=max(10, jobs), retries=retries)
    with explained("sign-in"):
        sts = session.client("sts", **options)
        caller = sts.get_caller_identity()
    names = Names(env=env, account=caller["Account"], region=sts.meta.region_name)
    if assume:
        partition = caller["Arn"].split(":")[1]
        session = _assumed(sts, names, role(names), program=program, partition=partition)
    return Signed(session=session, options=options, names=names, caller=caller["Arn"])


def session_for(
    *, env: str | None, profile: str | None, region: str | None, local: Path | None
) -> tuple[boto3.Session, dict[str, Any], str]:
    """Return the caller's session, the options of its clients, and the environment (dev by default).

    `local` is the home folder of a running local cloud. Raises UploadError if it does not run, if other
    options contradict it, or if there is no such profile.
    """
    if local:
        status = _status(local)
        _refuse_other_target(status, local, env=env, profile=profile, region=region)
        # A profile of the environment (AWS_PROFILE) is for AWS.
        inner = botocore.session.get_session({"profile": (None, [], None, None)})
        inner.set_credentials(status["access_key"], status["secret_key"])
        inner.set_config_variable("region", status["region"])
        return boto3.Session(botocore_session=inner), {"endpoint_url": status["endpoint"]}, status["env"]
    with explained("sign-in"):
        return boto3.Session(profile_name=profile, region_name=region), {}, env or "dev"


def _refuse_other_target(
    status: dict[str, str], home: Path, *, env: str | None, profile: str | None, region: str | None
) -> None:
    """Raise UploadError for options that name something else than the local cloud of `home`."""
    if profile:
        raise UploadError(
            f"--profile {profile} is for AWS, but a local cloud is named.",
            where=str(home),
            hint="Leave out --profile, or leave out --home and unset CAUDAL_HOME.",
        )
    for option, given in (("env", env), ("region", region)):
        if given and given != status[option]:
            raise UploadError(
                f"the local cloud runs with --{option} {status[option]}, not {given}.",
                where=str(home),
                hint=f"Leave out --{option}, or name another local cloud with --home DIR.",
            )


def _status(home: Path) -> dict[str, str]:
    file = home / STATUS_FILE
    hint = "Start the local cloud with `caudal up`, and name its folder with --home DIR."
    try:
        status: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UploadError("no local cloud runs.", where=str(home), hint=hint) from error
    except ValueError as error:
        raise UploadError(f"the status is not JSON: {error}.", where=str(file), hint=hint) from error
    if absent := [name for name in _STATUS_FIELDS if name not in status]:
        raise UploadError(f"the status lacks {', '.join(absent)}.", where=str(file), hint=hint)
    return status


def _assumed(sts: STSClient, names: Names, name: str, *, program: str, partition: str) -> boto3.Session:
    """Return a session of the role that renews its credentials, since an upload may take hours."""
    role = f"arn:{partition}:iam::{names.account}:role/{name}"

    def assumed() -> dict[str, str]:
        answer = sts.assume_role(RoleArn=role, RoleSessionName=program)["Credentials"]
        expiry: datetime = answer["Expiration"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": expiry.isoformat(),
        }

    try:
        first = assumed()
    except ClientError as error:
        trouble = explain(error, f"role {role}")
        if is_about_credentials(error):
            raise trouble from error
        hint = (
            "Deploy the environment, ask for permission to assume the role, "
            "or use your own credentials with --no-assume."
        )
        raise UploadError(trouble.what, where=trouble.where, hint=hint) from error
    inner = botocore.session.get_session()
    # botocore has no public way to set renewable credentials.
    inner._credentials = RefreshableCredentials.create_from_metadata(  # type: ignore[attr-defined]
        metadata=first, refresh_using=assumed, method="sts-assume-role"
    )
    inner.set_config_variable("region", names.region)
    return boto3.Session(botocore_session=inner)
