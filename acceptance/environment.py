"""A deployed environment, reached through the AWS APIs: in an account, or on a local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from glue_jobs.ledger.ledger import Ledger, LedgerView
from glue_jobs.runtime.store import S3Store
from lake.naming import Names
from uploader.errors import explained
from uploader.session import session_for


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The names of an environment, and the caller's session in its account and region.

    `options` are given to every client; `endpoint_url` among them leads to a local cloud.
    """

    session: boto3.Session
    names: Names
    options: Mapping[str, Any] = field(default_factory=dict)

    def client(self, service: Any) -> Any:
        """Return a client with the caller's credentials."""
        return self.session.client(service, **self.options)

    def view(self, domain: str) -> LedgerView:
        """Read the ledger of a domain."""
        return Ledger(S3Store(self.client("s3")), self.names.ledger_bucket, domain).view()

    def machine(self, domain: str) -> str:
        """Return the ARN of a domain's state machine."""
        names = self.names
        partition = self.session.get_partition_for_region(names.region)
        machine = names.state_machine(domain)
        return f"arn:{partition}:states:{names.region}:{names.account}:stateMachine:{machine}"


def reach(
    *, env: str | None, profile: str | None = None, region: str | None = None, local: Path | None = None
) -> Environment:
    """Sign in. `local` is the home folder of a running local cloud, otherwise the account is AWS's.

    Raises UploadError without credentials, a region, or an endpoint that answers.
    """
    session, options, found = session_for(env=env, profile=profile, region=region, local=local)
    with explained("sign-in"):
        sts = session.client("sts", **options)
        account = sts.get_caller_identity()["Account"]
    names = Names(env=found, account=account, region=sts.meta.region_name)
    return Environment(session=session, names=names, options=options)
