"""The datasets of all domains on a local cloud or an AWS account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dashboard.application import Site
from dashboard.data.athena import Athena
from dashboard.data.datasets import Datasets
from dashboard.data.served import Served
from dashboard.packages import installed
from dashboard.store import reader
from lake.errors import CaudalError
from lake.model.spec import Domain
from lake.naming import Names
from uploader.session import session_for, sign_in


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a domain is read: `client` returns a client of a service with the analysts' rights.

    `secrets` returns one of the secrets manager with the rights of the caller: analysts read gold alone.
    """

    domain: Domain
    names: Names
    client: Callable[[str], Any]
    secrets: Callable[[], Any]


def site_of(accesses: Sequence[Access]) -> Site:
    """Return the site of the domains that can be read, not loaded."""
    datasets, served = {}, {}
    for each in accesses:
        s3 = each.client("s3")
        athena = Athena(athena=each.client("athena"), s3=s3, workgroup=each.names.workgroup)
        held = datasets[each.domain.name] = Datasets(each.domain, each.names, athena, s3)
        if each.domain.live:
            store = partial(reader, each.domain, each.names, each.secrets())
            served[each.domain.name] = Served(each.domain, connect=store, keys=held.values)
    return Site([each.domain for each in accesses], datasets, installed(), served)


def connect(
    domains: tuple[Domain, ...],
    *,
    env: str | None,
    profile: str | None,
    region: str | None,
    home: Path | None,
    assume: bool,
    report: Callable[[str], None],
) -> Site:
    """Return the site. With `assume` each domain is read with its analysts' role, which reads gold alone.

    A domain whose role cannot be taken is left out and reported. Raises CaudalError if none can be read.
    """
    accesses, problems = [], []
    for domain in domains:
        try:
            signed = sign_in(
                env=env, profile=profile, region=region, local=home, assume=assume,
                role=partial(_analyst, domain=domain.name), program="dashboard",
            )  # fmt: skip
        except CaudalError as error:
            problems.append((domain, error))
            continue

        def secrets() -> Any:
            session, options, _ = session_for(env=env, profile=profile, region=region, local=home)
            return session.client("secretsmanager", **options)

        accesses.append(
            Access(
                domain=domain,
                names=signed.names,
                client=partial(signed.session.client, **signed.options),
                secrets=secrets,
            )
        )
    if problems and not accesses:
        raise problems[0][1]
    for domain, problem in problems:
        report(f"{domain.name} is left out: {problem}")
    return site_of(accesses)


def _analyst(names: Names, domain: str) -> str:
    return names.role(domain, "analyst")
